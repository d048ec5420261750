"""Object stores: Amazon S3 and what speaks its language, Google Cloud Storage, Azure Blob Storage.

aws_profile     where the keys for Amazon S3, and what speaks its language, are found
cloudfront      CloudFront is told what has changed, so that it fetches that anew
errors          what goes wrong at an object store, told as a HostError: what, where, and what to do next
host            Amazon S3 and what speaks its language, Google Cloud Storage, Azure Blob Storage
lock            whose turn it is, in an object store: a file that is put only if there is none
open            from a target in site.toml to an object store
previous_files  what was live before, in an object store
private_folder  the folder of our files in an object store, which nobody finds who may not list
state           our files in an object store: the lists of what is live, and whose turn it is
"""
