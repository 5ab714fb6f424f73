"""What the transforms say of their arguments, results and errors, in our words."""

from awsglue.errors import InvalidOptionError

Description = tuple[str, str]
"""The name of a type, and a description."""

FRAME: Description = ("DynamicFrame", "The transformed rows")
COLLECTION: Description = ("DynamicFrameCollection", "The frames by name")

ARGUMENTS: dict[str, Description] = {
    "frame": ("DynamicFrame", "The rows to transform"),
    "frame1": ("DynamicFrame", "The first frame"),
    "frame2": ("DynamicFrame", "The second frame"),
    "dfc": ("DynamicFrameCollection", "The frames to transform"),
    "transformation_ctx": ("String", "A name for the state that belongs to this transformation"),
    "info": ("String", "A text that error records of this transformation carry"),
    "stageThreshold": ("Integer", "The most error records in this transformation; 0: no limit"),
    "totalThreshold": ("Integer", "The most error records up to here; 0: no limit"),
    "paths": ("List[String]", "Paths of fields, such as a.b"),
    "mappings": (
        "List[(String, String, String, String)]",
        "Tuples of source, source type, target and target type",
    ),
    "case_sensitive": ("Boolean", "Whether sources are found by their exact spelling alone"),
    "num_partitions": ("Integer", "The number of partitions"),
    "shuffle": ("Boolean", "Whether the rows may be spread anew"),
    "f": ("Function", "A function of a DynamicRecord"),
    "preservesPartitioning": ("Boolean", "Whether the function keeps the partitioning"),
    "BaseTransform": ("GlueTransform", "The transform to apply to each frame"),
    "frame_name": ("String", "The transform's argument that takes the frame"),
    "base_kwargs": ("Dictionary", "Further arguments of the transform"),
    "callable": ("Function", "A function of a frame and a transformation_ctx"),
    "keys1": ("List[String]", "The keys in the first frame"),
    "keys2": ("List[String]", "The keys in the second frame, as many"),
    "key": ("String", "The name of the frame to take"),
    "name": ("String", "The name of the root table"),
    "staging_path": ("String", "A folder for rows that are on their way"),
    "options": ("Dictionary", "Further options by name"),
    "old_name": ("String", "The path of the field"),
    "new_name": ("String", "Its new path"),
    "specs": ("List[(String, String)]", "Tuples of a field's path and an action"),
    "choice": ("String", "An action for all choices; specs must be None then"),
    "database": ("String", "The catalog database for match_catalog"),
    "table_name": ("String", "The catalog table for match_catalog"),
    "catalog_id": ("String", "The catalog's account, the caller's own when it is None"),
    "path": ("String", "The path of a text or binary field"),
    "format": ("String", "How the text is written: json or csv"),
    "name1": ("String", "The name of the first frame"),
    "name2": ("String", "The name of the second frame, of what is left"),
    "comparison_dict": (
        "Dictionary",
        'Comparisons by field path, such as {"age": {">": 10, "<": 20}}',
    ),
}

BAD_OPTION: Description = (InvalidOptionError.__name__, "An argument has a value that is not valid")
BAD_PATH: Description = (InvalidOptionError.__name__, "A text is not the path of a field")
