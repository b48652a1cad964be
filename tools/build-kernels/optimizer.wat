;; The optimisers' inner loops on 4 floats at a time (src/train/kernels.ts describes the calls). Addresses and lengths are in
;; bytes; lengths are multiples of 16 where nothing else is said. Every store is plain 32-bit arithmetic, so equal inputs give equal bits
;; everywhere.
;;
;; Moments below the smallest normal float are written as 0. A parameter whose gradient stays 0 would otherwise keep a
;; denormal moment for ever (0.9 · 1e-45 rounds to 1e-45), and denormals cost some hundred cycles each.
(module
  (import "host" "memory" (memory 1))

  ;; Sum of squares in double precision: neither the size nor the number of gradients can overflow it. Four sums side by side,
  ;; because one addition would wait for the one before. The length is a multiple of 32.
  (func (export "squaredNorm") (param $at i32) (param $length i32) (result f64)
    (local $end i32) (local $x v128) (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero offset=0 (local.get $at))))
        (local.set $sum0 (f64x2.add (local.get $sum0) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $at))))
        (local.set $sum1 (f64x2.add (local.get $sum1) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero offset=16 (local.get $at))))
        (local.set $sum2 (f64x2.add (local.get $sum2) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero offset=24 (local.get $at))))
        (local.set $sum3 (f64x2.add (local.get $sum3) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (br $next)))
    (local.set $sum0 (f64x2.add
      (f64x2.add (local.get $sum0) (local.get $sum1))
      (f64x2.add (local.get $sum2) (local.get $sum3))))
    (f64.add (f64x2.extract_lane 0 (local.get $sum0)) (f64x2.extract_lane 1 (local.get $sum0))))

  ;; g = scale·g;  m = beta1·m + rest1·g;  v = beta2·v + rest2·g²;  p = keep·p − size·m / (root·√v + epsilon)
  (func (export "adam")
    (param $p i32) (param $g i32) (param $m i32) (param $v i32) (param $length i32) (param $scale f32)
    (param $beta1 f32) (param $rest1 f32) (param $beta2 f32) (param $rest2 f32)
    (param $keep f32) (param $size f32) (param $root f32) (param $epsilon f32)
    (local $end i32) (local $gradient v128) (local $first v128) (local $second v128)
    (local $smallest v128)
    (local.set $smallest (v128.const f32x4 0x1p-126 0x1p-126 0x1p-126 0x1p-126))
    (local.set $end (i32.add (local.get $p) (local.get $length)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
        (local.set $gradient (f32x4.mul (f32x4.splat (local.get $scale)) (v128.load (local.get $g))))
        (local.set $first (f32x4.add
          (f32x4.mul (f32x4.splat (local.get $beta1)) (v128.load (local.get $m)))
          (f32x4.mul (f32x4.splat (local.get $rest1)) (local.get $gradient))))
        (local.set $first (v128.and (local.get $first) (f32x4.ge (f32x4.abs (local.get $first)) (local.get $smallest))))
        (local.set $second (f32x4.add
          (f32x4.mul (f32x4.splat (local.get $beta2)) (v128.load (local.get $v)))
          (f32x4.mul (f32x4.splat (local.get $rest2)) (f32x4.mul (local.get $gradient) (local.get $gradient)))))
        (local.set $second (v128.and (local.get $second) (f32x4.ge (local.get $second) (local.get $smallest))))
        (v128.store (local.get $m) (local.get $first))
        (v128.store (local.get $v) (local.get $second))
        (v128.store (local.get $p) (f32x4.sub
          (f32x4.mul (f32x4.splat (local.get $keep)) (v128.load (local.get $p)))
          (f32x4.div
            (f32x4.mul (f32x4.splat (local.get $size)) (local.get $first))
            (f32x4.add
              (f32x4.mul (f32x4.splat (local.get $root)) (f32x4.sqrt (local.get $second)))
              (f32x4.splat (local.get $epsilon))))))
        (local.set $p (i32.add (local.get $p) (i32.const 16)))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (local.set $m (i32.add (local.get $m) (i32.const 16)))
        (local.set $v (i32.add (local.get $v) (i32.const 16)))
        (br $next))))

  ;; g = scale·g + decay·p;  m = momentum·m + g;  p = p − (direct·g + carried·m)
  (func (export "momentum")
    (param $p i32) (param $g i32) (param $m i32) (param $length i32) (param $scale f32)
    (param $decay f32) (param $momentum f32) (param $direct f32) (param $carried f32)
    (local $end i32) (local $gradient v128) (local $velocity v128) (local $value v128) (local $smallest v128)
    (local.set $smallest (v128.const f32x4 0x1p-126 0x1p-126 0x1p-126 0x1p-126))
    (local.set $end (i32.add (local.get $p) (local.get $length)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
        (local.set $value (v128.load (local.get $p)))
        (local.set $gradient (f32x4.add
          (f32x4.mul (f32x4.splat (local.get $scale)) (v128.load (local.get $g)))
          (f32x4.mul (f32x4.splat (local.get $decay)) (local.get $value))))
        (local.set $velocity (f32x4.add
          (f32x4.mul (f32x4.splat (local.get $momentum)) (v128.load (local.get $m)))
          (local.get $gradient)))
        (local.set $velocity (v128.and (local.get $velocity) (f32x4.ge (f32x4.abs (local.get $velocity)) (local.get $smallest))))
        (v128.store (local.get $m) (local.get $velocity))
        (v128.store (local.get $p) (f32x4.sub (local.get $value) (f32x4.add
          (f32x4.mul (f32x4.splat (local.get $direct)) (local.get $gradient))
          (f32x4.mul (f32x4.splat (local.get $carried)) (local.get $velocity)))))
        (local.set $p (i32.add (local.get $p) (i32.const 16)))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (local.set $m (i32.add (local.get $m) (i32.const 16)))
        (br $next)))))
