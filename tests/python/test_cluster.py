"""A sweep on Dask's local cluster and on Ray gives the bytes of the command line.

Needs the packages of scripts/requirements-cluster.txt; without one its test is skipped.
"""

import os
import sys

import pytest

from autoscale_sim import sweep
from frugal import Frugal
from test_executors import expected, same_bytes, small  # noqa: F401 (fixtures)

HERE = os.path.dirname(__file__)
WORKERS_PATH = os.pathsep.join([HERE, *filter(None, sys.path)])  # workers import the package and frugal.py


def check(executor, small, expected, tmp_path):  # noqa: F811
    frame = sweep(small, executor=executor, shards=4, policies=Frugal(), out=tmp_path, progress=False)
    assert same_bytes(tmp_path, expected)
    assert frame.equals(sweep(small, policies=Frugal(), progress=False))


def test_dask(small, expected, tmp_path, monkeypatch):  # noqa: F811
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: scripts/requirements-cluster.txt")
    monkeypatch.setenv("PYTHONPATH", WORKERS_PATH)
    with (distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
          distributed.Client(cluster) as client):
        check(client, small, expected, tmp_path / "client")
        check(client.get_executor(), small, expected, tmp_path / "executor")


def test_ray(small, expected, tmp_path, monkeypatch):  # noqa: F811
    ray = pytest.importorskip("ray", reason="Ray is not installed: scripts/requirements-cluster.txt")

    class OnRay:
        def submit(self, function, /, *arguments):
            return ray.remote(function).remote(*arguments).future()

    monkeypatch.setenv("PYTHONPATH", WORKERS_PATH)
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=100 * 2**20)
    try:
        check(OnRay(), small, expected, tmp_path)
    finally:
        ray.shutdown()
