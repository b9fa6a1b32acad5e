#!/usr/bin/env python3
"""Writes tests/data/sparse/: small sparse and HDF5 files as SciPy, h5py, 10x Genomics' and AnnData's
tools make them, for the readers' tests. Needs scipy, h5py and hdf5plugin (Debian: python3-scipy,
python3-h5py, python3-hdf5plugin). With names of functions, such as write_named_files, it calls only those.

Every matrix is A below, except where its name says otherwise.
"""

import pathlib
import sys

import h5py
import hdf5plugin
import numpy as np
import scipy.sparse as sp

DIRECTORY = pathlib.Path(__file__).parent / "sparse"
A = np.array([[0, 2, 0, 0, 1], [0, 0, 0, 0, 0], [3, 0, 0, 4.5, 0], [0, 0, 7, 0, 0]])
COUNTS = np.floor(A).astype("int64")
CELLS = ["cell-a", "cell-b", "cell-\u00e7", "cell-d"]
GENES = ["g1", "g2", "g3", "g4", "g5"]


def npz(name, matrix, compressed=True):
    sp.save_npz(DIRECTORY / f"{name}.npz", matrix, compressed=compressed)


def write_npz_files():
    npz("csr_float64", sp.csr_matrix(A))
    npz("csc_float32", sp.csc_matrix(A.astype("float32")), compressed=False)
    npz("coo_int64", sp.coo_matrix(COUNTS))
    npz("csr_bool", sp.csr_matrix(A != 0))
    npz("empty_3x0", sp.csr_matrix((3, 0)))
    wide = sp.csr_matrix(A)
    wide.indices, wide.indptr = wide.indices.astype("int64"), wide.indptr.astype("int64")
    npz("csr_int64_indices", wide)
    npz("csr_unsorted", sp.csr_matrix((A[2, [3, 0]], [3, 0], [0, 0, 0, 2, 2]), shape=A.shape))
    npz("csc_repeated", sp.csc_matrix(([1, 2, 4.5], [2, 2, 0], [0, 2, 3]), shape=(3, 2)))
    npz("refused_dia", sp.dia_matrix(A))
    npz("refused_complex", sp.csr_matrix(A.astype(complex)))
    np.savez(DIRECTORY / "dense.npz", A.astype("float32"))
    np.savez_compressed(DIRECTORY / "two_arrays.npz", A=A, B=np.asfortranarray(2 * A))
    np.savez(DIRECTORY / "matrix_and_labels.npz", labels=np.array(["a", "b"]), X=A.astype("float32"),
             times=np.arange(4.0))

    arrays = {"format": b"csr", "shape": np.array([2, 3]), "indptr": np.array([0, 1, 2]),
              "indices": np.array([0, 2]), "data": np.array([1.0, 2.0])}
    for name, change in {"index_outside": {"indices": np.array([0, 3])},
                         "index_negative": {"indices": np.array([-1, 2])},
                         "offsets_descend": {"indptr": np.array([0, 3, 2])},
                         "offsets_too_few": {"indptr": np.array([0, 2])},
                         "values_too_few": {"data": np.array([1.0])},
                         "float_indices": {"indices": np.array([0.0, 2.0])},
                         "shape_3d": {"shape": np.array([2, 3, 4])},
                         "columns_huge": {"shape": np.array([2, 2**31])}}.items():
        np.savez(DIRECTORY / f"broken_{name}.npz", **{**arrays, **change})
    del arrays["indices"]
    np.savez(DIRECTORY / "broken_no_indices.npz", **arrays)


def write_dense_files():
    for dtype in ("uint8", "int16", "uint32", "int64", "float16", "float32", "float64", ">f4"):
        name = dtype.replace(">f4", "big_endian")
        with h5py.File(DIRECTORY / f"dense_{name}.h5", "w") as file:
            file["A"] = COUNTS.astype(dtype)
    with h5py.File(DIRECTORY / "dense_chunked.hdf5", "w") as file:
        file.create_dataset("group/A", data=A, chunks=(3, 2), compression="gzip", shuffle=True)
        file["group/vector"] = np.arange(3)
        file["loop"] = h5py.SoftLink("/group")
        file["nowhere"] = h5py.SoftLink("/missing")
    with h5py.File(DIRECTORY / "two_data_sets.h5", "w") as file:
        file["A"], file["deeper/B"] = A, 2 * A
    with h5py.File(DIRECTORY / "bool.h5", "w") as file:
        file["A"] = A != 0
    with h5py.File(DIRECTORY / "no_matrix.h5", "w") as file:
        file["vector"], file["cube"], file["names"] = np.arange(3), np.zeros((2, 2, 2)), CELLS


def write_cell_ranger(name, **change):
    """Features x barcodes, by columns: the transpose of A."""
    columns = sp.csc_matrix(COUNTS.T.astype("int32"))
    fields = {"data": columns.data, "indices": columns.indices.astype("int64"),
              "indptr": columns.indptr.astype("int64"), "shape": np.array(columns.shape, "int32"),
              "barcodes": np.array([c.encode() for c in CELLS], "S10"),
              "features/id": np.array([b"ENS" + g.encode() for g in GENES], "S"),
              "features/name": np.array([g.encode() for g in GENES], "S16"), **change}
    with h5py.File(DIRECTORY / f"{name}.h5", "w") as file:
        for key, value in fields.items():
            if value is not None:
                file.create_dataset(f"matrix/{key}", data=value)


def write_sparse_group(group, matrix):
    group.attrs["encoding-type"] = f"{matrix.format}_matrix"
    group.attrs["encoding-version"] = "0.1.0"
    group.attrs["shape"] = np.array(matrix.shape)
    for name in ("data", "indices", "indptr"):
        group.create_dataset(name, data=getattr(matrix, name))


def write_table(group, names, index, fixed):
    group.attrs["_index"] = index
    group.attrs["encoding-type"] = "dataframe"
    text = np.array([n.encode() for n in names], "S") if fixed else np.array(names, object)
    group.create_dataset(index, data=text)


def write_anndata(name, x, index="_index", fixed=False, cells=CELLS):
    with h5py.File(DIRECTORY / f"{name}.h5ad", "w") as file:
        file.attrs["encoding-type"] = "anndata"
        if sp.issparse(x):
            write_sparse_group(file.create_group("X"), x)
        else:
            file["X"] = x
        write_table(file.create_group("obs"), cells, index, fixed)
        write_table(file.create_group("var"), GENES, index, fixed)
        write_sparse_group(file.create_group("layers/counts"), sp.csr_matrix(COUNTS))
        file["obsm/pca"] = np.zeros((4, 2))


def write_categorical(parent, name, names):
    """AnnData since 0.8: a group of codes and categories."""
    group = parent.create_group(name)
    group.attrs["encoding-type"] = "categorical"
    categories = sorted(names, reverse=True)
    group["codes"] = np.array([categories.index(n) for n in names], "int8")
    group.create_dataset("categories", data=np.array(categories, object))


def write_named_files():
    """Names of rows and columns in every form that AnnData has given them."""
    def x_and(name, obs, var):
        with h5py.File(DIRECTORY / f"names_{name}.h5ad", "w") as file:
            file["X"] = A.astype("float32")
            obs(file)
            var(file)

    def table(place, write):
        def written(file):
            group = file.create_group(place)
            group.attrs["_index"] = "id"
            write(group)
        return written

    def referred(names):
        """AnnData 0.7: codes whose attribute refers to the categories."""
        def written(group):
            codes = group.create_dataset("id", data=np.arange(len(names), dtype="int8")[::-1])
            categories = group.create_dataset("__categories/id", data=np.array(names[::-1], object))
            codes.attrs["categories"] = categories.ref
        return written

    def compound(place, names):
        """AnnData 0.6: the table is one data set."""
        def written(file):
            rows = [(i, n.encode(), i / 2) for i, n in enumerate(names)]
            file[place] = np.array(rows, [("count", "i4"), ("index", "S10"), ("score", "f8")])
        return written

    x_and("categorical", table("obs", lambda g: write_categorical(g, "id", CELLS)),
          table("var", lambda g: write_categorical(g, "id", GENES)))
    x_and("referred", table("obs", referred(CELLS)), table("var", referred(GENES)))
    x_and("compound", compound("obs", CELLS), compound("var", GENES))
    x_and("numbers", table("obs", lambda g: g.create_dataset("id", data=np.arange(7, 11))),
          table("var", lambda g: g.create_dataset("id", data=np.array(GENES, object))))
    x_and("unread", table("obs", lambda g: g.create_dataset("id", data=np.zeros((4, 2)))),
          table("var", lambda g: None))
    x_and("bad_code", table("obs", lambda g: (g.create_dataset("id/codes", data=np.array([0, 1, 9, 0], "int8")),
                                              g.create_dataset("id/categories", data=np.array(CELLS[:2], object)))),
          table("var", lambda g: None))


def write_mudata(name, modalities):
    with h5py.File(DIRECTORY / f"{name}.h5mu", "w") as file:
        file.attrs["encoding-type"] = "MuData"
        write_table(file.create_group("obs"), CELLS, "_index", False)
        write_table(file.create_group("var"), GENES, "_index", False)
        for modality, factor in modalities.items():
            group = file.create_group(f"mod/{modality}")
            write_sparse_group(group.create_group("X"), sp.csr_matrix(factor * A))
            write_table(group.create_group("obs"), CELLS, "_index", False)
            write_table(group.create_group("var"), [f"{modality}-{g}" for g in GENES], "_index", False)


def write_multimodal_files():
    write_mudata("two_modalities", {"atac": 2, "rna": 1})
    write_mudata("one_modality", {"rna": 1})
    with h5py.File(DIRECTORY / "genes_by_cells.loom", "w") as file:
        file.create_dataset("matrix", data=COUNTS.T.astype("float32"), chunks=(5, 4), compression="gzip")
        file["layers/spliced"] = COUNTS.T.astype("int16")
        file.create_dataset("row_attrs/Gene", data=np.array(GENES, object))
        file["row_attrs/Accession"] = np.array([b"ENS" + g.encode() for g in GENES])
        file.create_dataset("col_attrs/CellID", data=np.array(CELLS, object))
    with h5py.File(DIRECTORY / "z_scored.h5ad", "w") as file:
        file["X"] = A - 1
        file["layers/centred"] = A - 2
        write_sparse_group(file.create_group("layers/counts"), sp.csr_matrix(COUNTS))
        file["raw/X"] = A
        write_table(file.create_group("obs"), CELLS, "_index", True)
        write_table(file.create_group("var"), GENES, "_index", True)
        write_table(file.create_group("raw/var"), GENES, "_index", True)


def write_awkward_files():
    """What needs another filter or another file, and what is damaged."""
    write_cell_ranger("shape_uint64", shape=np.array([5, 4], "uint64"))
    with h5py.File(DIRECTORY / "dense_float16_big_endian.h5", "w") as file:
        file["A"] = COUNTS.astype(">f2")
    with h5py.File(DIRECTORY / "lzf.h5", "w") as file:
        file.create_dataset("A", data=np.zeros((50, 20)), chunks=(10, 20), compression="lzf")
    with h5py.File(DIRECTORY / "zstd.h5", "w") as file:
        file.create_dataset("A", data=A, chunks=(2, 5), **hdf5plugin.Zstd())
    with h5py.File(DIRECTORY / "damaged_chunk.h5", "w") as file:
        data = file.create_dataset("A", data=np.random.default_rng(1).random((50, 20)), chunks=(10, 10),
                                   compression="gzip")
        data.id.flush()
        place = data.id.get_chunk_info_by_coord((20, 10)).byte_offset
    damaged = bytearray((DIRECTORY / "damaged_chunk.h5").read_bytes())
    damaged[place:place + 40] = b"\xff" * 40
    (DIRECTORY / "damaged_chunk.h5").write_bytes(damaged)
    with h5py.File(DIRECTORY / "virtual_part.h5", "w") as file:
        file["part"] = COUNTS[:2]
    for name, source, place in (("virtual", "virtual_part.h5", "part"), ("virtual_gone", "gone.h5", "part"),
                                ("virtual_no_data_set", "virtual_part.h5", "other")):
        layout = h5py.VirtualLayout((4, 5), "int64")
        layout[:2] = h5py.VirtualSource(source, place, (2, 5))
        with h5py.File(DIRECTORY / f"{name}.h5", "w") as file:
            file.create_virtual_dataset("A", layout)


def main():
    DIRECTORY.mkdir(exist_ok=True)
    if len(sys.argv) > 1:
        for name in sys.argv[1:]:
            globals()[name]()
        return
    write_named_files()
    write_multimodal_files()
    write_awkward_files()
    write_npz_files()
    write_dense_files()
    write_cell_ranger("cell_ranger")
    write_cell_ranger("cell_ranger_ids", **{"features/name": None})
    write_cell_ranger("broken_index", indices=np.array([0, 1, 2, 3, 99]))
    write_cell_ranger("broken_offsets", indptr=np.array([0, 2, 1, 4, 5]))
    write_cell_ranger("broken_barcodes", barcodes=np.array([b"one", b"two"]))
    write_cell_ranger("broken_shape", shape=np.array([5, 9]), barcodes=None)
    write_cell_ranger("broken_no_shape", shape=None)
    write_anndata("csr", sp.csr_matrix(A))
    write_anndata("csc", sp.csc_matrix(A.astype("float32")), index="cell_id", fixed=True)
    write_anndata("dense", A.astype("float32"))
    write_anndata("broken_obs", sp.csr_matrix(A), cells=CELLS[:3])
    for name in ("csr_float64.npz", "cell_ranger.h5"):
        stem, kind = name.split(".")
        whole = (DIRECTORY / name).read_bytes()
        (DIRECTORY / f"cut_short_{stem}.{kind}").write_bytes(whole[: len(whole) // 2])
    damaged = bytearray((DIRECTORY / "csc_float32.npz").read_bytes())
    damaged[damaged.index(b"\x00\x00\x90\x40")] ^= 1  # a byte of 4.5: the checksum does not fit
    (DIRECTORY / "damaged_values.npz").write_bytes(damaged)


if __name__ == "__main__":
    main()
