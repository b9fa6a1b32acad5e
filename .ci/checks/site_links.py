#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the links of a site's pages that lead to no file or no place in one, and fails where there are any."""
import html.parser
import os
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    """The names of places in a page, and its links to files and pages."""

    def __init__(self, path):
        super().__init__()
        self.places, self.links = set(), set()
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id" or (tag == "a" and name == "name"):
                self.places.add(value)
            elif name in ("href", "src") and value:
                self.links.add(value)


def main(folder):
    pages = {os.path.join(folder, name): Page(os.path.join(folder, name))
             for name in sorted(os.listdir(folder)) if name.endswith(".html")}
    bad = []
    for path, page in pages.items():
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme:
                continue
            target = os.path.join(folder, urllib.parse.unquote(parts.path)) if parts.path else path
            place = urllib.parse.unquote(parts.fragment)
            if not os.path.exists(target):
                bad.append(f"{path}: {link}: there is no such file")
            elif place and target in pages and place not in pages[target].places:
                bad.append(f"{path}: {link}: there is no such place")
    print("\n".join(sorted(bad)))
    if len(pages) < 50 or bad:
        sys.exit(f"FAILED: {len(bad)} broken links on {len(pages)} pages")
    print(f"the links of {len(pages)} pages lead somewhere")


main(sys.argv[1])
