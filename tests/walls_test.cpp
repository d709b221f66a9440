// The walls between modules: what src/CMakeLists.txt declares is what the #includes do, third-party
// headers stay in the one module that wraps them, and the pure modules include nothing that does
// I/O.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kSource = fs::path(HOLDFAST_SOURCE_DIR) / "src";

std::string contents(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Module {
  std::string path;              // "vrrp", "cloud/model"
  std::set<std::string> usable;  // paths of the modules it may include, itself among them
};

// module(cloud/model USES json net): what a module may use is closed over what those use.
std::map<std::string, Module> declared() {
  std::map<std::string, Module> modules;  // by target name
  const std::string text = contents(kSource / "CMakeLists.txt");
  const std::regex call(R"((?:^|\n)module\(([^)]*)\))");
  for (std::sregex_iterator it(text.begin(), text.end(), call), end; it != end; ++it) {
    std::istringstream words((*it)[1]);
    Module module;
    words >> module.path;
    module.usable.insert(module.path);
    std::string word;
    std::string section;
    while (words >> word) {
      if (word == "USES" || word == "THIRD_PARTY")
        section = word;
      else if (section == "USES")
        module.usable.insert(modules.at(word).usable.begin(), modules.at(word).usable.end());
    }
    std::string name = module.path;
    std::replace(name.begin(), name.end(), '/', '_');
    modules[name] = module;
  }
  return modules;
}

struct Include {
  fs::path file;  // relative to src
  std::string header;
  bool is_quoted = false;
};

std::vector<Include> includes_below(const fs::path& folder, bool recursive) {
  std::vector<Include> found;
  const std::regex line(R"((?:^|\n)\s*#\s*include\s*([<"])([^>"]+)[>"])");
  const auto read = [&](const fs::directory_entry& entry) {
    if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") return;
    const std::string text = contents(entry.path());
    for (std::sregex_iterator it(text.begin(), text.end(), line), end; it != end; ++it)
      found.push_back({fs::relative(entry.path(), kSource), (*it)[2], (*it)[1] == "\""});
  };
  if (recursive)
    for (const auto& entry : fs::recursive_directory_iterator(folder)) read(entry);
  else
    for (const auto& entry : fs::directory_iterator(folder)) read(entry);
  return found;
}

std::string folder_of(const std::string& header) {
  return fs::path(header).parent_path().string();
}

bool is_test(const fs::path& file) {
  return file.string().ends_with("_test.cpp");
}

TEST(Walls, AModuleIncludesOnlyWhatItDeclares) {
  const auto modules = declared();
  ASSERT_GT(modules.size(), 15U);
  for (const auto& [name, module] : modules) {
    if (!fs::exists(kSource / module.path)) continue;
    for (const Include& include : includes_below(kSource / module.path, false)) {
      if (!include.is_quoted) continue;
      EXPECT_TRUE(module.usable.contains(folder_of(include.header)))
          << include.file.string() << " includes \"" << include.header
          << "\", but src/CMakeLists.txt"
          << " does not let " << module.path << " use " << folder_of(include.header);
    }
  }
}

TEST(Walls, EverySourceFolderIsADeclaredModule) {
  std::set<std::string> paths;
  for (const auto& [name, module] : declared()) paths.insert(module.path);
  for (const Include& include : includes_below(kSource, true))
    EXPECT_TRUE(paths.contains(include.file.parent_path().string()))
        << include.file.string() << " is in no module of src/CMakeLists.txt";
}

// Header prefix -> the modules that wrap it. io/task.h is the one header that shows Asio's
// coroutine type.
const std::map<std::string, std::set<std::string>> kWrappedBy = {
    {"nlohmann/", {"json"}},
    {"yaml-cpp/", {"yaml"}},
    {"netlink/", {"netlink"}},
    {"nftables/", {"cloud/fabric"}},
    {"sqlite3.h", {"cloud/store"}},
    {"seccomp.h", {"agent/process"}},
    {"openssl/", {"http", "cloud/model", "vrrp"}},
    {"boost/beast", {"http"}},
    {"boost/asio",
     {"io", "http", "openstack", "cpi", "agent", "agent/notify", "cloud/api", "cloud/guest"}},
    {"CLI/", {"cli", "cloud/api"}},
    {"spdlog/", {}},
};

// A header that only its own folder includes is as good as a .cpp file.
std::set<std::string> headers_that_others_include() {
  std::set<std::string> headers;
  for (const Include& include : includes_below(kSource, true))
    if (include.is_quoted && folder_of(include.header) != include.file.parent_path().string())
      headers.insert(include.header);
  return headers;
}

TEST(Walls, ThirdPartyHeadersStayWithTheModuleThatWrapsThem) {
  const auto public_headers = headers_that_others_include();
  for (const Include& include : includes_below(kSource, true))
    for (const auto& [prefix, wrappers] : kWrappedBy) {
      if (include.is_quoted || !include.header.starts_with(prefix)) continue;
      EXPECT_TRUE(wrappers.contains(include.file.parent_path().string()))
          << include.file.string() << " includes <" << include.header << ">";
      EXPECT_TRUE(include.file == "io/task.h" || !public_headers.contains(include.file.string()))
          << include.file.string() << " shows <" << include.header << "> to other modules";
    }
}

TEST(Walls, PureModulesDoNoInputOrOutput) {
  const std::set<std::string> pure = {"net",  "text",       "json", "yaml",
                                      "vrrp", "keepalived", "bosh", "cloud/model"};
  const std::set<std::string> forbidden = {"fstream",    "iostream",    "cstdio",    "thread",
                                           "mutex",      "unistd.h",    "fcntl.h",   "sys/socket.h",
                                           "sys/stat.h", "ctime",       "time.h",    "filesystem",
                                           "poll.h",     "sys/epoll.h", "base/log.h"};
  for (const std::string& module : pure) {
    if (!fs::exists(kSource / module)) continue;
    for (const Include& include : includes_below(kSource / module, false))
      EXPECT_FALSE(!is_test(include.file) && forbidden.contains(include.header))
          << include.file.string() << " is in a pure module and includes " << include.header;
  }
}

// A clock is an argument in the cores; one call of now() would make a simulation lie.
TEST(Walls, CoresReadNoClock) {
  for (const char* module : {"net", "vrrp", "keepalived", "bosh", "cloud/model"}) {
    if (!fs::exists(kSource / module)) continue;
    for (const auto& entry : fs::directory_iterator(kSource / module)) {
      if (entry.is_directory() || is_test(entry.path())) continue;
      EXPECT_EQ(contents(entry.path()).find("_clock::now("), std::string::npos)
          << entry.path().string();
    }
  }
}

}  // namespace
