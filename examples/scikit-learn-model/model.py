"""Chance to buy within 90 days, by scikit-learn: learns from what followed earlier days, scores the customers of today.

Assay calls it with the path of job.json, which names the tables to read and the file to write.
"""
import json
import sys

import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

with open(sys.argv[1], encoding="utf-8") as file:
    job = json.load(file)


def table(name):
    return pd.read_parquet(job["inputs"][name]["path"])


lessons = table("purchase_training").sort_values(["customer_id", "cut_days"])
today = table("customer_features").sort_values("customer_id")
# what no source tells is empty throughout, and teaches nothing
features = [name for name in today.columns if name != "customer_id" and lessons[name].notna().any()]

scores = pd.DataFrame({"customer_id": today["customer_id"].astype(str)})
bought = lessons["is_buyer"].to_numpy() == 1
if min(bought.sum(), (~bought).sum()) < 30:
    scores["chance"] = pd.array([None] * len(scores), dtype="Float64")  # a missing score is NULL, never NaN
    scores["reason"] = "not_enough_data"
else:
    model = HistGradientBoostingClassifier(max_iter=80, learning_rate=0.08, max_leaf_nodes=15, l2_regularization=5.0, random_state=job["seed"])
    model.fit(lessons[features].to_numpy(dtype=float), bought)
    scores["chance"] = model.predict_proba(today[features].to_numpy(dtype=float))[:, 1]

scores.to_parquet(job["output"]["path"], index=False)
print(f"{len(scores)} customers scored as of {job['as_of']} from {len(lessons)} lessons")
