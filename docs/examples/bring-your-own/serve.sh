#!/bin/sh
# 8 MiB of zeros to download, then nginx in the place of this script.
truncate --size 8M page
exec nginx -p . -c nginx.conf
