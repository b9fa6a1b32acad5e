#!/usr/bin/env python3
"""Writes tests/data/npy/: small .npy files as NumPy makes them, for the reader's tests.

Every matrix is 3 x 4 with entry (i, j) = 10 i + j, except where its name says otherwise.
"""

import pathlib

import numpy as np

DIRECTORY = pathlib.Path(__file__).parent / "npy"
A = np.add.outer(10 * np.arange(3), np.arange(4))


def save(name, array, version=None):
    with open(DIRECTORY / f"{name}.npy", "wb") as file:
        np.lib.format.write_array(file, np.asanyarray(array), version=version)


def main():
    DIRECTORY.mkdir(exist_ok=True)
    for dtype in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
                  "float16", "float32", "float64"):
        save(dtype, A.astype(dtype))
    save("bool", A % 2 == 1)
    save("fortran_order", np.asfortranarray(A.astype("float32")))
    save("version_2", A.astype("float32"), version=(2, 0))
    save("version_3", A.astype("float32"), version=(3, 0))
    save("empty_0x4", np.zeros((0, 4), "float32"))

    save("refused_0d", np.float64(1))
    save("refused_1d", np.arange(5.0))
    save("refused_3d", np.zeros((2, 3, 4)))
    save("refused_big_endian", A.astype(">f4"))
    save("refused_complex", A.astype("complex128"))
    save("refused_object", A.astype(object))
    save("refused_str", A.astype(str))
    save("refused_structured", np.zeros((2, 2), [("x", "f4"), ("y", "f4")]))
    save("refused_longdouble", A.astype("longdouble"))
    save("refused_datetime", A.astype("datetime64[s]"))


if __name__ == "__main__":
    main()
