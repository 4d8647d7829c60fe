# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes the target `pjproject::pjsua`: PJSIP's static libraries and what they need, ready to link.
#
# Where PJSIP is: -DPJPROJECT_ROOT=<prefix> if given, else what board/setup wrote into build/pjproject.cmake, else what
# pkg-config finds by itself (a board's build system supplies it; for a cross build, PKG_CONFIG_LIBDIR points into its sysroot).
#
# OpenSSL is taken as static archives, whose symbols stay hidden: Node carries and exports an OpenSSL of its own, and calls from
# PJSIP would otherwise bind to that one, of another version (DESIGN.md §6.16).

set(PJPROJECT_MINIMUM_VERSION 2.15)

if(NOT DEFINED PJPROJECT_ROOT)
  include("${CMAKE_CURRENT_LIST_DIR}/../../build/pjproject.cmake" OPTIONAL)
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# pkg_check_modules remembers its answer and would not see that PJSIP has moved to another prefix.
unset(__pkg_config_checked_PJPROJECT CACHE)
set(pjproject_saved_path "$ENV{PKG_CONFIG_PATH}")
if(PJPROJECT_ROOT)
  set(ENV{PKG_CONFIG_PATH} "${PJPROJECT_ROOT}/lib/pkgconfig:${pjproject_saved_path}")
endif()
pkg_check_modules(PJPROJECT QUIET "libpjproject>=${PJPROJECT_MINIMUM_VERSION}")
set(ENV{PKG_CONFIG_PATH} "${pjproject_saved_path}")
if(NOT PJPROJECT_FOUND)
  message(FATAL_ERROR
    "PJSIP ${PJPROJECT_MINIMUM_VERSION} or newer was not found (looked in '${PJPROJECT_ROOT}' and by pkg-config). "
    "Run `bash board/setup/setup.sh` once, or give -DPJPROJECT_ROOT=<prefix of an installed pjproject>.")
endif()

# OpenSSL's archives need libraries of their own (zlib and zstd since Debian 13), which only its own description names.
pkg_check_modules(PJPROJECT_OPENSSL REQUIRED QUIET libssl libcrypto)

# Sets ${result} to the file of library `name`, as a static archive where `name` is one of OpenSSL's, or to -l<name> for those of
# the C library, which the compiler's driver finds best. Full paths make the linker run again when a library was updated.
function(pjproject_library result name)
  if(name MATCHES "^(m|rt|dl|pthread|stdc\\+\\+)$")
    set(${result} "${name}" PARENT_SCOPE)
    return()
  endif()
  set(wanted "${name}")
  if(name MATCHES "^(ssl|crypto)$")
    set(wanted "lib${name}.a")
  endif()
  unset(found) # find_library does not look where the variable has a value already, be it the caller's
  find_library(found NAMES "${wanted}" HINTS ${PJPROJECT_STATIC_LIBRARY_DIRS} NO_CACHE)
  if(NOT found)
    message(FATAL_ERROR "PJSIP needs the library '${wanted}', which was not found. Run `bash board/setup/setup.sh` once.")
  endif()
  set(${result} "${found}" PARENT_SCOPE)
endfunction()

set(pjproject_libraries "")
foreach(name IN LISTS PJPROJECT_STATIC_LIBRARIES PJPROJECT_OPENSSL_STATIC_LIBRARIES)
  pjproject_library(file "${name}")
  list(APPEND pjproject_libraries "${file}")
endforeach()

# Definitions only (PJ_AUTOCONF and the byte order); include folders are given as SYSTEM, so that our warnings stay ours.
set(pjproject_definitions ${PJPROJECT_STATIC_CFLAGS_OTHER})
list(FILTER pjproject_definitions INCLUDE REGEX "^-D")

add_library(pjproject::pjsua INTERFACE IMPORTED)
target_include_directories(pjproject::pjsua SYSTEM INTERFACE ${PJPROJECT_STATIC_INCLUDE_DIRS})
target_compile_options(pjproject::pjsua INTERFACE ${pjproject_definitions})
# Hidden: nothing that comes out of an archive is exported by the add-on, nor bound to anything outside it.
target_link_options(pjproject::pjsua INTERFACE "LINKER:--exclude-libs,ALL")
target_link_libraries(pjproject::pjsua INTERFACE ${pjproject_libraries} Threads::Threads)

message(STATUS "PJSIP ${PJPROJECT_VERSION} from ${PJPROJECT_PREFIX}")
