"""Object stores: Amazon S3 and stores with its API, Google Cloud Storage, Azure Blob Storage.

aws_profile     the keys for Amazon S3, found where Amazon's own tools find them
cloudfront      the invalidation of changed paths at CloudFront
errors          the errors of object stores, translated into HostError: where, what, and what to do next
host            the host: files that change one by one
lock            the lock: a file that is put only if there is none
open            open the store of a target in site.toml
previous_files  backups of the files that a deploy replaces or deletes
private_folder  the folder of our files, which only a client that may list can find
state           our files: the lists of live files, and the lock
"""
