// Writes what takes long to make or to write without anybody waiting for it: a copy of this process
// (fork) makes the text from what it knew at that instant, writes it beside the old file and puts
// it in its place. Readers see the old file or the new one, never a part.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "io/descriptor.h"
#include "io/loop.h"

namespace agent::process {

class DumpWriter {
 public:
  explicit DumpWriter(io::Loop& loop) : loop_(loop) {}
  void write(const std::string& path, const std::function<std::string()>& text);

 private:
  struct Copy {
    int pid = -1;
    io::Descriptor pidfd;
    std::unique_ptr<io::Readable> end;
  };
  void ended(const std::string& path);

  io::Loop& loop_;
  std::map<std::string, Copy> copies_;  // by the file that they write
};

// 0, or errno. Links are not followed; a file is replaced only when all is written.
int write_atomically(const std::string& path, std::string_view text);

}  // namespace agent::process
