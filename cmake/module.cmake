# A module is a folder, a namespace and a target; it can only use those declared above it (src/CMakeLists.txt).
add_library(warnings INTERFACE)
target_compile_options(warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Werror)
# g++ 12 takes the inlined operator new of Asio's coroutine frames for another allocator.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(warnings INTERFACE -Wno-mismatched-new-delete)
  # With -O2 it sees uninitialised and overflowing std::optional, std::variant and std::string where there are none;
  # the dev build keeps these warnings.
  target_compile_options(warnings INTERFACE
    $<$<CONFIG:Release>:-Wno-maybe-uninitialized;-Wno-stringop-overflow;-Wno-stringop-overread;-Wno-restrict;-Wno-array-bounds>)
endif()
target_compile_definitions(warnings INTERFACE BOOST_ASIO_NO_DEPRECATED=1 BOOST_ALL_NO_LIB=1)
target_include_directories(warnings INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(warnings INTERFACE third_party_fmt)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # std::stable_sort of g++ 12's library uses what that library deprecates.
  target_compile_options(warnings INTERFACE -Wno-deprecated-declarations)
endif()
if(HOLDFAST_SANITIZE)
  target_compile_options(warnings INTERFACE -fsanitize=${HOLDFAST_SANITIZE} -fno-omit-frame-pointer
                                            -fno-sanitize-recover=all)
  target_link_options(warnings INTERFACE -fsanitize=${HOLDFAST_SANITIZE})
endif()
if(HOLDFAST_FUZZ)
  target_compile_options(warnings INTERFACE -fsanitize=fuzzer-no-link)
endif()

# module(vrrp USES net): sources are src/vrrp/*.cpp, unit tests src/vrrp/*_test.cpp, both by their place.
# A sub-module has its parent's name in front: module(cloud/model USES json) is the target cloud_model.
# THIRD_PARTY libraries are visible to this module's .cpp files only.
function(module path)
  cmake_parse_arguments(PARSE_ARGV 1 M "" "" "USES;THIRD_PARTY")
  string(REPLACE "/" "_" name ${path})
  foreach(used IN LISTS M_USES)
    if(NOT TARGET ${used})
      message(FATAL_ERROR "${name} uses ${used}, which is not above it in src/CMakeLists.txt")
    endif()
  endforeach()
  list(TRANSFORM M_THIRD_PARTY PREPEND third_party_)
  file(GLOB sources CONFIGURE_DEPENDS ${path}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC warnings ${M_USES} PRIVATE ${M_THIRD_PARTY})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE warnings ${M_USES} ${M_THIRD_PARTY})
  endif()
  if(tests)
    unit_test(${name}_test ${name} ${tests})
  endif()
endfunction()

function(unit_test name tested)
  add_executable(${name} ${ARGN})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${tested} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    HOLDFAST_SOURCE_DIR="${CMAKE_SOURCE_DIR}" HOLDFAST_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
  include(GoogleTest)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit TIMEOUT 300)
endfunction()

# A program; STATIC ones run on any distribution (sanitizers need shared libraries).
function(program name)
  cmake_parse_arguments(PARSE_ARGV 1 P "STATIC" "" "SOURCES;USES")
  add_executable(${name} ${P_SOURCES})
  target_link_libraries(${name} PRIVATE ${P_USES})
  if(P_STATIC AND NOT HOLDFAST_SANITIZE)
    # libcrypto could call dlopen and getaddrinfo; nothing of ours makes it.
    target_link_options(${name} PRIVATE -static LINKER:--no-warnings)
  endif()
endfunction()
