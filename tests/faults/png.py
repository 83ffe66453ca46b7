"""The pixels of a PNG of 8 bits a channel."""

import struct
import zlib


def pixels(data):
    """Width, height, channels and bytes."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG")
    at, body = 8, b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if zlib.crc32(kind + content) != struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0]:
            raise ValueError(f"the checksum of {kind} is wrong")
        if kind == b"IHDR":
            w, h, depth, colour = struct.unpack(">IIBB", content[:10])
        elif kind == b"IDAT":
            body += content
        at += 12 + length
    channels = {0: 1, 2: 3, 6: 4}[colour]
    if depth != 8:
        raise ValueError(f"{depth} bits a channel")
    return w, h, channels, unfilter(zlib.decompress(body), w * channels, h, channels)


def unfilter(raw, stride, height, step):
    rows, above = [], bytes(stride)
    for y in range(height):
        start = y * (stride + 1)
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        for x in range(stride):
            left = row[x - step] if x >= step else 0
            corner = above[x - step] if x >= step else 0
            row[x] = (row[x] + (0, left, above[x], (left + above[x]) // 2, paeth(left, above[x], corner))[kind]) & 255
        rows.append(bytes(row))
        above = row
    return b"".join(rows)


def paeth(left, up, corner):
    guess = left + up - corner
    return min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
