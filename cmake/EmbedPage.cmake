# SPDX-License-Identifier: Apache-2.0
# Run at build time: writes the page's sources into a C++ file as string literals.
#   cmake -D OUTPUT=FILE -D HTML=FILE -D CSS=FILE -D SCRIPTS=FILE,FILE,... -D CHART=FILE -P EmbedPage.cmake
set(text "// Written by cmake/EmbedPage.cmake from src/page/assets/.\n")
string(APPEND text "#include \"page/page_sources.hpp\"\n\nnamespace nonneg::page {\n")

# A string literal for the files' contents, one after the other.
function(embed name)
  set(content)
  foreach(file IN LISTS ARGN)
    if(file)
      file(READ "${file}" part)
      string(APPEND content "${part}\n")
    endif()
  endforeach()
  string(FIND "${content}" ")~page~\"" taken)
  if(NOT taken EQUAL -1)
    message(FATAL_ERROR "${ARGN}: holds )~page~\", which ends the literal that it is embedded in")
  endif()
  set(text "${text}\nconst std::string_view ${name} = R\"~page~(${content})~page~\";\n" PARENT_SCOPE)
endfunction()

string(REPLACE "," ";" scripts "${SCRIPTS}")
embed(kPageHtml "${HTML}")
embed(kPageStyle "${CSS}")
embed(kPageScript ${scripts})
embed(kChartScript "${CHART}")
string(APPEND text "\n}  // namespace nonneg::page\n")
file(WRITE "${OUTPUT}" "${text}")
