# Third-party libraries, all from Debian 12. Each is wrapped by one module (docs/architecture.md).
find_package(Threads REQUIRED)
set(OPENSSL_USE_STATIC_LIBS TRUE)  # holdfastd and holdfast-cpi are static; the others may as well
find_package(OpenSSL REQUIRED)
find_package(GTest REQUIRED)
find_package(PkgConfig REQUIRED)

# Debian has fmt as a shared library only; header-only keeps holdfastd and holdfast-cpi static.
add_library(third_party_fmt INTERFACE)
target_compile_definitions(third_party_fmt INTERFACE FMT_HEADER_ONLY=1)

# Static archives first, so that the same module serves static and ordinary programs.
function(third_party name)
  add_library(third_party_${name} INTERFACE)
  target_link_libraries(third_party_${name} INTERFACE ${ARGN})
endfunction()

find_library(YAML_CPP_LIBRARY yaml-cpp REQUIRED)
find_library(NL_ROUTE_LIBRARY NAMES libnl-route-3.a nl-route-3 REQUIRED)
find_library(NL_LIBRARY NAMES libnl-3.a nl-3 REQUIRED)
find_library(NFTABLES_LIBRARY nftables REQUIRED)
find_library(SECCOMP_LIBRARY NAMES libseccomp.a seccomp REQUIRED)
find_library(SQLITE3_LIBRARY sqlite3 REQUIRED)
find_path(NL_INCLUDE netlink/netlink.h PATH_SUFFIXES libnl3 REQUIRED)

third_party(yaml_cpp ${YAML_CPP_LIBRARY})
third_party(libnl ${NL_ROUTE_LIBRARY} ${NL_LIBRARY} Threads::Threads)
target_include_directories(third_party_libnl SYSTEM INTERFACE ${NL_INCLUDE})
third_party(nftables ${NFTABLES_LIBRARY})
third_party(seccomp ${SECCOMP_LIBRARY})
third_party(sqlite3 ${SQLITE3_LIBRARY})
third_party(openssl OpenSSL::SSL OpenSSL::Crypto)
third_party(asio Threads::Threads)
