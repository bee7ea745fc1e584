#!/usr/bin/env python3
"""Writes the CSV files of a result folder as Parquet beside them.

    python3 -m venv .venv && .venv/bin/pip install -r scripts/requirements-parquet.txt
    .venv/bin/python scripts/to_parquet.py results/signals

A file of any size takes the same memory. Types follow the first block of the file: a number is a float, but for seeds
and replications; what is empty throughout the block is a float too.
"""
import argparse
import pathlib
import sys

import pyarrow
from pyarrow import csv, parquet

FIXED = {"run_id": pyarrow.string(), "seed": pyarrow.uint64(), "replication": pyarrow.uint32()}


def column_type(field):
    """The type that a column has in all blocks, from the one that it seems to have in the first."""
    number = pyarrow.types.is_integer(field.type) or field.type == pyarrow.null()
    return FIXED.get(field.name, pyarrow.float64() if number else field.type)


def convert(source):
    """Writes source.csv as source.parquet, which appears only when it is complete."""
    with csv.open_csv(source) as reader:
        schema = pyarrow.schema([field.with_type(column_type(field)) for field in reader.schema])
    target = source.with_suffix(".parquet")
    partial = target.with_suffix(".partial")
    options = csv.ConvertOptions(column_types=schema)
    with csv.open_csv(source, convert_options=options) as reader, parquet.ParquetWriter(partial, schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
    partial.rename(target)
    return target


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, help="folder of results, of sweep, merge or run --out")
    sources = sorted(parser.parse_args().folder.glob("*.csv"))
    if not sources:
        sys.exit("to_parquet.py: no CSV files there")
    for source in sources:
        print(convert(source))


if __name__ == "__main__":
    main()
