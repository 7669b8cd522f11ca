"""The coefficients of the polynomials in Sources/Kernels/Functions, by Remez's exchange algorithm in 200 bits.

Each is the best approximation in the sense of the largest relative error of the function that it serves. The coefficients are
then rounded to float32 one after the other, lowest first, and those that are left are fitted anew to what is left. Prints
hexadecimal float literals and the largest relative errors. Needs mpmath and numpy.
"""

import numpy
from mpmath import mp, mpf

mp.prec = 200


def extrema(errors, count):
    """The largest errors of alternating signs, `count` of them."""
    chosen = []
    for x, error in errors:
        if chosen and (error > 0) == (chosen[-1][1] > 0):
            if abs(error) > abs(chosen[-1][1]):
                chosen[-1] = (x, error)
        else:
            chosen.append((x, error))
    while len(chosen) > count:
        chosen.pop(0 if abs(chosen[0][1]) < abs(chosen[-1][1]) else -1)
    assert len(chosen) == count, "the errors do not alternate"
    return [x for x, _ in chosen]


def chebyshev(low, high, count):
    # The functions are limits at 0 itself.
    return [x if abs(x) > mpf(2) ** -50 else mpf(2) ** -50 for x in chebyshev_points(low, high, count)]


def chebyshev_points(low, high, count):
    return [low + (high - low) * (1 - mp.cos(mp.pi * (i + mpf(1) / 2) / count)) / 2 for i in range(count)]


def polynomial(f, low, high, powers, weight):
    """c with the least largest |weight(x)·(Σ c_k·x^powers_k - f(x))|, and that error."""
    count = len(powers) + 1
    grid = [(x, f(x), weight(x)) for x in chebyshev(low, high, 2000)]
    points = chebyshev(low, high, count)
    for _ in range(12):
        rows = mp.matrix(count, count)
        right = mp.matrix(count, 1)
        for i, x in enumerate(points):
            for j, power in enumerate(powers):
                rows[i, j] = weight(x) * x**power
            rows[i, count - 1] = (-1) ** i
            right[i] = weight(x) * f(x)
        solution = mp.lu_solve(rows, right)
        c = [solution[j] for j in range(count - 1)]
        errors = [(x, w * (sum(a * x**p for a, p in zip(c, powers)) - y)) for x, y, w in grid]
        largest = max(abs(error) for _, error in errors)
        if largest <= abs(solution[count - 1]) * mpf("1.001"):
            break
        points = extrema(errors, count)
    return c, largest


def rational(f, low, high, upper, lower, fixed):
    """P of degree `upper` over Q of degree `lower` with Q(0) = 1 and, where not None, P(0) = `fixed`: coefficients and error."""
    first = 0 if fixed is None else 1
    start = [] if fixed is None else [fixed]
    count = upper + 1 - first + lower + 1
    place = lambda t: low + (high - low) * ((1 - mp.cos(mp.pi * t)) / 2) ** 3  # more points near 0
    # Where P(0) is fixed, the error at 0 is too: no point lies there.
    grid = [(x, f(x)) for x in (place((i + mpf(1) / 2) / 1500) for i in range(1500))]
    points = [place((i + mpf(1) / 2) / count) for i in range(count)]
    q = [mpf(0)] * lower
    for _ in range(40):
        for _ in range(4):
            rows = mp.matrix(count, count)
            right = mp.matrix(count, 1)
            for i, x in enumerate(points):
                y = f(x)
                for j in range(first, upper + 1):
                    rows[i, j - first] = x**j / y
                for j in range(lower):
                    rows[i, upper + 1 - first + j] = -(x ** (j + 1))
                rows[i, count - 1] = -((-1) ** i) * (1 + sum(a * x ** (k + 1) for k, a in enumerate(q)))
                right[i] = 1 - (fixed / y if first else 0)
            solution = mp.lu_solve(rows, right)
            q = [solution[upper + 1 - first + j] for j in range(lower)]
        p = start + [solution[j] for j in range(upper + 1 - first)]
        errors = [
            (x, sum(a * x**k for k, a in enumerate(p)) / (1 + sum(a * x ** (k + 1) for k, a in enumerate(q))) / y - 1)
            for x, y in grid
        ]
        largest = max(abs(error) for _, error in errors)
        if largest < abs(solution[count - 1]) * mpf("1.01"):
            break
        points = extrema(errors, count)
    return p, [mpf(1)] + q, largest


def rounded(number):
    return float(numpy.float32(float(number)))


def show(name, coefficients, error):
    print(f"{name}: within 2^{float(mp.log(error, 2)):.1f}")
    for power, c in enumerate(coefficients):
        print(f"  {power}: {c.hex()}  {c:.9g}")


def show_polynomial(name, f, low, high, degree, weight):
    known = []
    for power in range(degree + 1):
        left = lambda x: f(x) - sum(mpf(c) * x**k for k, c in enumerate(known))
        c, _ = polynomial(left, low, high, list(range(power, degree + 1)), weight)
        known.append(rounded(c[0]))
    error = max(
        abs(weight(x) * (sum(mpf(c) * x**k for k, c in enumerate(known)) - f(x))) for x in chebyshev(low, high, 4001)
    )
    show(name, known, error)


# exp(r) - 1 = r + r²·q(r), |r| ≤ ln 2 / 2. Both error and function are relative to exp(r) - 1.
edge = mp.log(2) / 2 * mpf("1.001")
show_polynomial(
    "q of exp(r) - 1 = r + r²·q(r)", lambda r: (mp.expm1(r) - r) / r**2, -edge, edge, 4, lambda r: abs(r**2 / mp.expm1(r)))

# log(1 + f) = f + f²·p(f), 2/3 ≤ 1 + f ≤ 4/3, relative to log(1 + f).
third = mpf(1) / 3
show_polynomial(
    "p of log(1 + f) = f + f²·p(f)", lambda f: (mp.log1p(f) - f) / f**2, -third, third, 8, lambda f: abs(f**2 / mp.log1p(f)))

# Φ(-a) = exp(-a²/2)·P(a)/Q(a), 0 ≤ a ≤ 15, relative.
P, Q, error = rational(lambda a: mp.exp(a * a / 2) * mp.erfc(a / mp.sqrt(2)) / 2, mpf(0), mpf(15), 4, 5, mpf(1) / 2)
show("P of Φ(-a) = exp(-a²/2)·P(a)/Q(a)", [rounded(c) for c in P], error)
show("Q", [rounded(c) for c in Q], error)
