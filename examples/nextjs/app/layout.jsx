import './page.css';

export const metadata = { title: 'A photo becomes a head' };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
