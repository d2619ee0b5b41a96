# Flags that every target of ours has, and the one way to declare a folder.

add_library(kerbside_flags INTERFACE)
target_include_directories(kerbside_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(kerbside_flags INTERFACE _GNU_SOURCE KERBSIDE_VERSION="${PROJECT_VERSION}")
target_compile_options(kerbside_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wvla -Wmissing-prototypes -Wstrict-prototypes -Wpointer-arith
  $<$<BOOL:${KERBSIDE_WERROR}>:-Werror>)
if(KERBSIDE_SANITIZE)
  target_compile_options(kerbside_flags INTERFACE -fsanitize=${KERBSIDE_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(kerbside_flags INTERFACE -fsanitize=${KERBSIDE_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(kerbside_flags INTERFACE -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE)
  target_link_options(kerbside_flags INTERFACE -pie -Wl,-z,relro,-z,now)
endif()

# kerbside_folder(NAME SOURCES … CALLS …): the static library of one folder. CALLS is all that it may call, so the
# table of ARCHITECTURE.md is what the linker enforces.
function(kerbside_folder name)
  cmake_parse_arguments(ARG "" "" "SOURCES;CALLS;LIBRARIES" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC kerbside_flags ${ARG_CALLS} PRIVATE ${ARG_LIBRARIES})
endfunction()
