#!/bin/sh
# What coturn's turnutils_natdiscovery says of the box on the way, as a record in RFC 4787's words:
# "NAT with Address Dependent Mapping!" is { mapping: address-dependent }. Usage: discover.sh SERVER
turnutils_natdiscovery -m -f "$1" | tee /dev/stderr | awk '
  /^NAT with .* (Mapping|Filtering)!$/ {
    what = tolower($NF); sub(/!/, "", what)
    kind = tolower($0); sub(/^nat with /, "", kind); sub(/ [a-z]*!$/, "", kind); gsub(/ /, "-", kind)
    said[what] = kind
  }
  END { printf "{\"kind\":\"judge.told\",\"mapping\":\"%s\",\"filtering\":\"%s\"}\n", said["mapping"], said["filtering"] }
' >> "$ROPEWALK_OUT/records.ndjson"
