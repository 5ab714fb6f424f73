"""Two JSON sources, Join, Flatten with arrays pivoted into frames of their own."""

import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job

args = getResolvedOptions(sys.argv, ['JOB_NAME', 'TempDir', 'bucket'])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args['JOB_NAME'], args)

# Script generated for node people
people_node1 = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": [f"s3://{args['bucket']}/people/"], "recurse": True}, transformation_ctx="people_node1")

# Script generated for node cities
cities_node2 = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": [f"s3://{args['bucket']}/cities/"], "recurse": True}, transformation_ctx="cities_node2")

# Script generated for node Join
Join_node3 = Join.apply(frame1=people_node1, frame2=cities_node2, keys1=["id"], keys2=["person"], transformation_ctx="Join_node3")

# Script generated for node Drop Fields
DropFields_node4 = DropFields.apply(frame=Join_node3, paths=["person"], transformation_ctx="DropFields_node4")

# Script generated for node Relationalize
Relationalize_node5 = Relationalize.apply(frame=DropFields_node4, staging_path=args["TempDir"], name="people", transformation_ctx="Relationalize_node5")

for name in Relationalize_node5.keys():
    glueContext.write_dynamic_frame.from_options(frame=Relationalize_node5.select(name), connection_type="s3", connection_options={"path": f"s3://{args['bucket']}/flat/{name}/"}, format="json", transformation_ctx=f"write_{name}")

job.commit()
