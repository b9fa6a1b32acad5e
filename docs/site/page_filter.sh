#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# page_filter.sh PAGE: a page of the guide as Doxygen is to read it. A line that is nothing but a link to an
# example becomes the example. Links to files that are no pages lead from build-docs/html to the files. Headings
# get GitHub's names, which links to them have, with the page's before them. A picture's words are joined on one
# line.
sed -E \
  -e 's,^\[examples/[a-z_]+\.cpp\]\(\.\./examples/([a-z_]+\.cpp)\)$,\\include \1,' \
  -e 's,\[([^]]*)\]\((\.\./)?((bench|tests)/[^)#]*\.md)\),<a href="../../\3">\1</a>,g' \
  -e 's,\]\((\.\./)?((bench|examples|include|src|tests|kernels)/[^)#]*|LICENSE|CITATION\.cff)\),](../../\2),g' "$1" |
  awk -v page="$(basename -- "$1" .md | tr '[:upper:]' '[:lower:]')" '
    /^!\[/ && !/\]\(/ { getline rest; $0 = $0 " " rest }
    /^```/ { fenced = !fenced }
    !fenced && /^##+ / {
      slug = tolower($0)
      sub(/^#+ +/, "", slug)
      gsub(/[^a-z0-9 _-]/, "", slug)
      gsub(/ /, "-", slug)
      print $0 " {#" page "-" slug "}"
      next
    }
    {
      gsub(/\]\(#/, "](#" page "-")
      while (match($0, /\]\([a-zA-Z\/._-]*\.md#/)) {
        target = substr($0, RSTART + 2, RLENGTH - 2)
        sub(/.*\//, "", target)
        sub(/\.md#/, "-", target)
        $0 = substr($0, 1, RSTART + 1) "#" tolower(target) substr($0, RSTART + RLENGTH)
      }
      print
    }'
