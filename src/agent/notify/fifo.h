// A FIFO that gets a line for every change of state, as keepalived writes them:
//
//   INSTANCE "VI_1" MASTER 101
//
// Writing never waits. What does not fit is kept and written later; of two states of one instance
// that wait the older is left out, so that the latest always arrives. Lines go out in their order.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "base/error.h"
#include "io/descriptor.h"
#include "io/forker.h"
#include "io/loop.h"
#include "keepalived/globals.h"

namespace agent::notify {

class NotifyFifo {
 public:
  // Makes it if it is not there, and starts the program that reads it, if one is configured.
  static base::Result<std::unique_ptr<NotifyFifo>> open(io::Loop& loop, io::Forker& forker,
                                                        const keepalived::Fifo& config);
  ~NotifyFifo();  // removed if it was made here

  const keepalived::Fifo& config() const { return config_; }
  // Lines of one key stand for each other: a later one makes an earlier one that waits needless.
  void write(const std::string& key, const std::string& line);
  bool is_idle() const { return waiting_.empty(); }

 private:
  struct Line {
    std::string key;
    std::string text;
  };
  NotifyFifo(io::Loop& loop, io::Forker& forker, keepalived::Fifo config, bool is_ours,
             io::Descriptor fifo);
  void start_reader();
  void flush();

  io::Forker& forker_;
  keepalived::Fifo config_;
  bool is_ours_;
  io::Descriptor fifo_;
  std::deque<Line> waiting_;
  io::Timer again_;
  std::unique_ptr<io::Forker::Child> reader_;
};

}  // namespace agent::notify
