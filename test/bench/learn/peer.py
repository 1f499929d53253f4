"""The arithmetic of learning by numpy and scikit-learn, on matrices that the bench wrote.

Reads JSON lines {"kernel", "files": {name: path}, "shapes": {name: [rows, columns]}, "repeats"} and
answers each with {"kernel", "ms"}, the smallest of the repeats. "source" is a whole source: scale,
axes, k-means on windows of 10 and 40 rows, a ridge on three lags, and the distance of every window.
"""

import json
import sys
import time
import warnings

import numpy as np
import scipy
import sklearn
from sklearn.cluster import KMeans
from sklearn.covariance import graphical_lasso, ledoit_wolf
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_info

warnings.filterwarnings("ignore")


def read(job, name):
    return np.fromfile(job["files"][name], dtype="<f8").reshape(job["shapes"][name])


def windows(rows, length):
    view = np.lib.stride_tricks.sliding_window_view(rows, length, axis=0)
    return view.transpose(0, 2, 1).reshape(len(view), -1)


def sample(vectors, most):
    return vectors[:: max(1, -(-len(vectors) // most))]


def standardise(vectors):
    sd = vectors.std(axis=1, keepdims=True)
    return (vectors - vectors.mean(axis=1, keepdims=True)) / np.where(sd > 1e-9, sd, 1)


def source(rows):
    fit = int(0.7 * len(rows))
    scaled = (rows - rows[:fit].mean(axis=0)) / rows[:fit].std(axis=0)
    parts = PCA(n_components=min(8, rows.shape[1])).fit(scaled[:fit]).transform(scaled)
    level = windows(parts, 10)
    shape = standardise(windows(parts, 40))
    for vectors, k, most in ((level, 32, 3000), (shape, 10, 1000)):
        part = sample(vectors[:fit], most)
        KMeans(k, n_init=1, max_iter=30, tol=1e-4, random_state=1).fit(part).transform(vectors)
    past = np.hstack([parts[3 - lag : len(parts) - lag] for lag in (1, 2, 3)])
    ridge = Ridge(alpha=0.1 * fit).fit(past[: fit - 3], scaled[3:fit])
    return np.log1p(((scaled[3:] - ridge.predict(past)) / 5) ** 2).mean(axis=1)


def kernels(job):
    kernel = job["kernel"]
    if kernel.startswith("gram"):
        x = read(job, "x")
        return lambda: x.T @ x
    if kernel.startswith("eigen"):
        x = read(job, "x")
        return lambda: np.linalg.eigh(x)
    if kernel.startswith("k-means"):
        x, first = read(job, "x"), read(job, "first")
        # Exactly 30 moves from the same centres, as ours.
        return lambda: KMeans(len(first), init=first, n_init=1, max_iter=30, tol=0).fit(x)
    if kernel.startswith("ridge"):
        x, y = read(job, "x"), read(job, "y")
        return lambda: Ridge(alpha=0.1 * len(x), fit_intercept=False).fit(x, y)
    if kernel.startswith("Ledoit"):
        x = read(job, "x")
        return lambda: ledoit_wolf(x, assume_centered=True)
    if kernel.startswith("glasso"):
        x = read(job, "x")
        return lambda: graphical_lasso(x, alpha=job["lambda"])
    rows = read(job, "x")
    return lambda: source(rows)


def main():
    libraries = [
        {k: info.get(k) for k in ("internal_api", "version", "architecture", "num_threads")}
        for info in threadpool_info()
    ]
    versions = {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
    print(json.dumps({"libraries": libraries, "versions": versions}), flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        run = kernels(job)
        best = float("inf")
        for _ in range(job["repeats"]):
            start = time.perf_counter()
            run()
            best = min(best, time.perf_counter() - start)
        print(json.dumps({"kernel": job["kernel"], "ms": 1000 * best}), flush=True)


main()
