#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# header_filter.sh HEADER: a public header as Doxygen is to read it. The comment that it opens with is the file's;
# special members, and what factorize() knows of each type of matrix, are left out.
awk -v name="${1##*/}" '
  NR <= 3 && !begun && /^\/\/\/ / { begun = 1; print "/// \\file nonneg/" name; print "///" }
  /^  [A-Za-z]+\((const )?[A-Za-z]+ ?&&?( other)?\)/ || /^  [A-Za-z]+& operator=\(/ || /^  ~/ ||
      /^  virtual ~/ { special = 1 }
  special { if (/;$|}$/ && !/^  [A-Za-z].*{$/ && (!body || /^  }$/)) { special = 0; body = 0 } else body = 1; next }
  /^(template|requires)/ { kept = kept $0 "\n"; next }
  /^struct MatrixAccess</ { kept = ""; inside = 1 }
  inside { if (/^};/) inside = 0; next }
  { printf "%s", kept; kept = ""; print }' "$1"
