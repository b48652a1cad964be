;; Least squares in double precision, two numbers at a time (src/math/least-squares-kernels.ts describes the calls). Addresses are in
;; bytes, rows of `stride` bytes begin at multiples of 16, and sizes are multiples of 4, padded.
(module
  (memory (export "memory") 1)

  ;; Adds Σ row·rowᵀ to the lower triangle of a matrix, in tiles of 4×4 that stay in registers over all rows. Tiles on the diagonal
  ;; are whole, so what is above it there changes, too.
  (func (export "addOuterProducts") (param $rows i32) (param $count i32) (param $stride i32) (param $matrix i32)
    (local $a i32) (local $b i32) (local $k i32) (local $left i32) (local $right i32) (local $tile i32)
    (local $x v128) (local $y v128) (local $s v128)
    (local $00 v128) (local $01 v128) (local $10 v128) (local $11 v128)
    (local $20 v128) (local $21 v128) (local $30 v128) (local $31 v128)
    (block $done
      (loop $nextA
        (br_if $done (i32.ge_u (local.get $a) (local.get $stride)))
        (local.set $b (i32.const 0))
        (block $row
          (loop $nextB
            (br_if $row (i32.gt_u (local.get $b) (local.get $a)))
            (local.set $00 (v128.const i64x2 0 0)) (local.set $01 (v128.const i64x2 0 0))
            (local.set $10 (v128.const i64x2 0 0)) (local.set $11 (v128.const i64x2 0 0))
            (local.set $20 (v128.const i64x2 0 0)) (local.set $21 (v128.const i64x2 0 0))
            (local.set $30 (v128.const i64x2 0 0)) (local.set $31 (v128.const i64x2 0 0))
            (local.set $left (i32.add (local.get $rows) (local.get $a)))
            (local.set $right (i32.add (local.get $rows) (local.get $b)))
            (local.set $k (local.get $count))
            (block $summed
              (loop $nextRow
                (br_if $summed (i32.eqz (local.get $k)))
                (local.set $x (v128.load (local.get $right)))
                (local.set $y (v128.load offset=16 (local.get $right)))
                (local.set $s (v128.load64_splat (local.get $left)))
                (local.set $00 (f64x2.add (local.get $00) (f64x2.mul (local.get $s) (local.get $x))))
                (local.set $01 (f64x2.add (local.get $01) (f64x2.mul (local.get $s) (local.get $y))))
                (local.set $s (v128.load64_splat offset=8 (local.get $left)))
                (local.set $10 (f64x2.add (local.get $10) (f64x2.mul (local.get $s) (local.get $x))))
                (local.set $11 (f64x2.add (local.get $11) (f64x2.mul (local.get $s) (local.get $y))))
                (local.set $s (v128.load64_splat offset=16 (local.get $left)))
                (local.set $20 (f64x2.add (local.get $20) (f64x2.mul (local.get $s) (local.get $x))))
                (local.set $21 (f64x2.add (local.get $21) (f64x2.mul (local.get $s) (local.get $y))))
                (local.set $s (v128.load64_splat offset=24 (local.get $left)))
                (local.set $30 (f64x2.add (local.get $30) (f64x2.mul (local.get $s) (local.get $x))))
                (local.set $31 (f64x2.add (local.get $31) (f64x2.mul (local.get $s) (local.get $y))))
                (local.set $left (i32.add (local.get $left) (local.get $stride)))
                (local.set $right (i32.add (local.get $right) (local.get $stride)))
                (local.set $k (i32.sub (local.get $k) (i32.const 1)))
                (br $nextRow)))
            ;; Row a/8 of the matrix begins at a/8·stride.
            (local.set $tile (i32.add
              (i32.add (local.get $matrix) (local.get $b))
              (i32.mul (i32.shr_u (local.get $a) (i32.const 3)) (local.get $stride))))
            (call $add (local.get $tile) (local.get $00) (local.get $01))
            (local.set $tile (i32.add (local.get $tile) (local.get $stride)))
            (call $add (local.get $tile) (local.get $10) (local.get $11))
            (local.set $tile (i32.add (local.get $tile) (local.get $stride)))
            (call $add (local.get $tile) (local.get $20) (local.get $21))
            (local.set $tile (i32.add (local.get $tile) (local.get $stride)))
            (call $add (local.get $tile) (local.get $30) (local.get $31))
            (local.set $b (i32.add (local.get $b) (i32.const 32)))
            (br $nextB)))
        (local.set $a (i32.add (local.get $a) (i32.const 32)))
        (br $nextA))))

  (func $add (param $at i32) (param $x v128) (param $y v128)
    (v128.store (local.get $at) (f64x2.add (v128.load (local.get $at)) (local.get $x)))
    (v128.store offset=16 (local.get $at) (f64x2.add (v128.load offset=16 (local.get $at)) (local.get $y))))

  ;; Overwrites the lower triangle of a symmetric matrix with its Cholesky factor, row by row; 0 when a pivot is not above
  ;; `tolerance` times its diagonal element. Four columns at a time share the loads of the row.
  (func (export "factorCholesky") (param $matrix i32) (param $stride i32) (param $tolerance f64) (result i32)
    (local $row i32) (local $i i32) (local $j i32) (local $k i32) (local $column i32)
    (local $x v128) (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local $r1 i32) (local $r2 i32) (local $r3 i32)
    (local $diagonal f64) (local $pivot f64) (local $value f64)
    (local.set $row (local.get $matrix))
    (block $done
      (loop $nextRow
        (br_if $done (i32.ge_u (local.get $i) (local.get $stride)))
        (local.set $j (i32.const 0))
        (local.set $column (local.get $matrix))
        (block $columns
          (loop $nextColumns
            (br_if $columns (i32.ge_u (local.get $j) (local.get $i)))
            (local.set $s0 (v128.const i64x2 0 0)) (local.set $s1 (v128.const i64x2 0 0))
            (local.set $s2 (v128.const i64x2 0 0)) (local.set $s3 (v128.const i64x2 0 0))
            (local.set $r1 (i32.add (local.get $column) (local.get $stride)))
            (local.set $r2 (i32.add (local.get $r1) (local.get $stride)))
            (local.set $r3 (i32.add (local.get $r2) (local.get $stride)))
            (local.set $k (i32.const 0))
            (block $summed
              (loop $next
                (br_if $summed (i32.ge_u (local.get $k) (local.get $j)))
                (local.set $x (v128.load (i32.add (local.get $row) (local.get $k))))
                (local.set $s0 (f64x2.add (local.get $s0)
                  (f64x2.mul (local.get $x) (v128.load (i32.add (local.get $column) (local.get $k))))))
                (local.set $s1 (f64x2.add (local.get $s1)
                  (f64x2.mul (local.get $x) (v128.load (i32.add (local.get $r1) (local.get $k))))))
                (local.set $s2 (f64x2.add (local.get $s2)
                  (f64x2.mul (local.get $x) (v128.load (i32.add (local.get $r2) (local.get $k))))))
                (local.set $s3 (f64x2.add (local.get $s3)
                  (f64x2.mul (local.get $x) (v128.load (i32.add (local.get $r3) (local.get $k))))))
                (local.set $k (i32.add (local.get $k) (i32.const 16)))
                (br $next)))
            ;; The four columns' own part, one after the other.
            (local.set $value (call $divided (local.get $row) (local.get $column) (local.get $j)
              (local.get $j) (call $sum (local.get $s0))))
            (f64.store (i32.add (local.get $row) (local.get $j)) (local.get $value))
            (block $enough
              (br_if $enough (i32.ge_u (i32.add (local.get $j) (i32.const 8)) (local.get $i)))
              (f64.store offset=8 (i32.add (local.get $row) (local.get $j))
                (call $divided (local.get $row) (local.get $r1) (local.get $j)
                  (i32.add (local.get $j) (i32.const 8)) (call $sum (local.get $s1))))
              (br_if $enough (i32.ge_u (i32.add (local.get $j) (i32.const 16)) (local.get $i)))
              (f64.store offset=16 (i32.add (local.get $row) (local.get $j))
                (call $divided (local.get $row) (local.get $r2) (local.get $j)
                  (i32.add (local.get $j) (i32.const 16)) (call $sum (local.get $s2))))
              (br_if $enough (i32.ge_u (i32.add (local.get $j) (i32.const 24)) (local.get $i)))
              (f64.store offset=24 (i32.add (local.get $row) (local.get $j))
                (call $divided (local.get $row) (local.get $r3) (local.get $j)
                  (i32.add (local.get $j) (i32.const 24)) (call $sum (local.get $s3)))))
            (local.set $column (i32.add (local.get $r3) (local.get $stride)))
            (local.set $j (i32.add (local.get $j) (i32.const 32)))
            (br $nextColumns)))
        (local.set $diagonal (f64.load (i32.add (local.get $row) (local.get $i))))
        (local.set $pivot (local.get $diagonal))
        (local.set $k (i32.const 0))
        (block $squared
          (loop $next
            (br_if $squared (i32.ge_u (local.get $k) (local.get $i)))
            (local.set $value (f64.load (i32.add (local.get $row) (local.get $k))))
            (local.set $pivot (f64.sub (local.get $pivot) (f64.mul (local.get $value) (local.get $value))))
            (local.set $k (i32.add (local.get $k) (i32.const 8)))
            (br $next)))
        (if (i32.eqz (f64.gt (local.get $pivot) (f64.mul (local.get $tolerance) (local.get $diagonal))))
          (then (return (i32.const 0))))
        (f64.store (i32.add (local.get $row) (local.get $i)) (f64.sqrt (local.get $pivot)))
        (local.set $row (i32.add (local.get $row) (local.get $stride)))
        (local.set $i (i32.add (local.get $i) (i32.const 8)))
        (br $nextRow)))
    (i32.const 1))

  (func $sum (param $x v128) (result f64)
    (f64.add (f64x2.extract_lane 0 (local.get $x)) (f64x2.extract_lane 1 (local.get $x))))

  ;; (row[column] − sum − Σ from ≤ k < column of row[k]·other[k]) / other[column]
  (func $divided (param $row i32) (param $other i32) (param $from i32) (param $column i32) (param $sum f64)
    (result f64)
    (local $value f64)
    (local.set $value (f64.sub (f64.load (i32.add (local.get $row) (local.get $column))) (local.get $sum)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $from) (local.get $column)))
        (local.set $value (f64.sub (local.get $value) (f64.mul
          (f64.load (i32.add (local.get $row) (local.get $from)))
          (f64.load (i32.add (local.get $other) (local.get $from))))))
        (local.set $from (i32.add (local.get $from) (i32.const 8)))
        (br $next)))
    (f64.div (local.get $value) (f64.load (i32.add (local.get $other) (local.get $column))))))
