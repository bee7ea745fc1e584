"""Sweeps on Dask's local cluster, on Ray and on submitit's local executor give the bytes of the command line.

Needs the packages of scripts/requirements-cluster.txt, which scripts/setup.sh --cluster installs.
"""

import os
import sys
import tempfile

import distributed
import pytest
import ray
import submitit

from autoscale_sim import sweep
from frugal import Frugal
from test_executors import expected, of_kind, same_bytes, small  # noqa: F401 (fixtures)

HERE = os.path.dirname(__file__)
WORKERS_PATH = os.pathsep.join([HERE, *filter(None, sys.path)])  # workers import the package and frugal.py


@pytest.fixture(autouse=True)
def path_of_workers(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", WORKERS_PATH)


def check(executor, file, expected, out):  # noqa: F811
    frame = sweep(file, executor=executor, shards=4, policies=Frugal(), out=out, progress=False)
    assert same_bytes(out, expected)
    assert frame.equals(sweep(file, policies=Frugal(), progress=False))


def test_dask(program, small, expected, tmp_path):  # noqa: F811
    drawn = of_kind("random", program, tmp_path)
    with (distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
          distributed.Client(cluster) as client):
        check(client, small, expected, tmp_path / "client")
        check(client.get_executor(), *drawn, tmp_path / "executor")


def test_ray(program, small, expected, tmp_path, monkeypatch):  # noqa: F811
    class OnRay:
        def submit(self, function, /, *arguments):
            return ray.remote(function).remote(*arguments).future()

    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")  # else it leaves a token in the user's folder
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    with tempfile.TemporaryDirectory(prefix="ray") as folder:  # its sockets want short names
        ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False,
                 object_store_memory=100 * 2**20, _temp_dir=folder)
        try:
            check(OnRay(), small, expected, tmp_path / "grid")
            check(OnRay(), *of_kind("zip", program, tmp_path), tmp_path / "zip")
        finally:
            ray.shutdown()


def test_submitit(program, tmp_path):
    check(submitit.LocalExecutor(tmp_path / "logs"), *of_kind("zip", program, tmp_path), tmp_path / "out")
