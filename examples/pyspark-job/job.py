"""How a customer's spending of the last 180 days compares with the 180 days before, by Apache Spark.

`spark-submit job.py JOB` or plain Python: JOB is the path of job.json, which names the tables to read and the folder to write.
"""
import json
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

with open(sys.argv[1], encoding="utf-8") as file:
    job = json.load(file)

spark = (
    SparkSession.builder.master("local[1]")
    .appName(job["model"])
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")

days = spark.read.parquet(job["inputs"]["transactions"]["path"])
age = f.datediff(f.lit(job["as_of"]).cast("date"), f.col("day"))
spent = lambda condition: f.sum(f.when(condition, f.col("revenue_minor")).otherwise(0)).cast("bigint")  # noqa: E731
scores = (
    days.groupBy("customer_id")
    .agg(spent(age < 180).alias("recent_minor"), spent((age >= 180) & (age < 360)).alias("before_minor"))
    .withColumn("momentum", (f.col("recent_minor") - f.col("before_minor")) / (f.col("recent_minor") + f.col("before_minor") + f.lit(1)))
    .select("customer_id", "momentum", "recent_minor", "before_minor")
)
scores.write.mode("overwrite").parquet(job["output"]["path"])
print(f"{scores.count()} customers as of {job['as_of']}")
spark.stop()
