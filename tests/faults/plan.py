"""What a trainer logs, in words of its own: the plan of `src/plan.rs`, written a second time."""

import math

MASK = (1 << 64) - 1
HEAVY = 1 << 40  # in a seed: large values are many
ODD = (math.nan, math.inf, -math.inf, -0.0, 5e-324, 1e308)


def mix(number):
    z = (number + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def calls(seed, thread, first, end):
    """The calls of a thread, as (kind, tag, content, step); step is None where the call names none."""
    base = mix(seed ^ (thread << 48))
    for i in range(first, end):
        r = mix((base + i) & MASK)
        share, more, rare = r % 1000, r >> 32, (r >> 40) % (48 if seed & HEAVY else 512)
        if share < 550:
            value = ODD[share] if share < len(ODD) else (r >> 11) / float(1 << 53)
            yield "scalar", f"t{thread}/loss", value, None
        elif share < 700:
            yield "scalar", f"t{thread}/acc", float(i), i // 4 - 3 * (i % 5)
        elif share < 800:
            yield "scalar", f"t{thread}/many.{more % 40}", float(i), None
        elif share < 870:
            yield "scalar", "shared", float(thread << 40 | i), None
        elif share < 920:
            length = 300_000 if rare == 0 else more % 200
            yield "text", "thought", f'thread {thread} call {i} 🦀 </script>\n"' + "x" * length, None
        elif share < 955:
            variant = more % 64
            w, h = (320, 300) if rare == 0 else (4 + variant % 13, 3 + variant % 7)
            yield "image", f"t{thread}/picture", (w, h, 3 if w == 320 or variant % 2 else 1, variant), None
        elif share < 985:
            n = 40_000 if rare == 0 else 2 + more % 30
            yield "histogram", f"t{thread}/weights", (i, n), None
        elif share < 994:
            yield "single", f"t{thread}/grown", float(i), None
        else:
            yield "param", f"p{seed & 0xFFFF:x}.{thread}.{i % 20}", i, None


def pixels(w, h, channels, variant):
    """The bytes of an image."""
    return bytes((x * 7 + y * 13 + c * 53 + variant * 29) % 256 for y in range(h) for x in range(w) for c in range(channels))


def moments(first, n):
    """n, min, max and sum of the whole numbers from `first` on."""
    return n, float(first), float(first + n - 1), float(n * first + n * (n - 1) // 2)
