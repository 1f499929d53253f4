"""The recipe of scikit-learn's stock market example, on counts per second instead of prices.

Reads JSON lines {"name", "columns": [[...], ...]} and answers each with
{"name", "ms", "cpuMs", "edges": [[i, j, |partial correlation|], ...]}: changes instead of levels, unit
variance, sparse inverse covariance by cross-validation, edges above .02 as the example draws them.
"""

import json
import sys
import time
import warnings

import numpy as np
from sklearn.covariance import GraphicalLassoCV

warnings.filterwarnings("ignore")
for line in sys.stdin:
    job = json.loads(line)
    changes = np.diff(np.array(job["columns"], dtype=float).T, axis=0)
    changes /= np.maximum(changes.std(axis=0), 1e-9)
    start, busy = time.perf_counter(), time.process_time()
    model = GraphicalLassoCV(alphas=np.logspace(-1.5, 1, num=10), n_jobs=1)
    answer = {"name": job["name"], "edges": []}
    try:
        precision = model.fit(changes).precision_
        scale = 1 / np.sqrt(np.diag(precision))
        partial = np.abs(precision * scale * scale[:, None])
        rows, columns = np.where(np.triu(partial, k=1) > 0.02)
        answer["edges"] = [[int(i), int(j), float(partial[i, j])] for i, j in zip(rows, columns)]
    except (FloatingPointError, ValueError) as failure:
        answer["failure"] = str(failure)
    answer["ms"] = 1000 * (time.perf_counter() - start)
    answer["cpuMs"] = 1000 * (time.process_time() - busy)
    print(json.dumps(answer), flush=True)
