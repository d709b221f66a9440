#include "vrrp/timer_queue.h"

namespace vrrp {

void TimerQueue::set(Owner owner, std::optional<Instant> at) {
  if (owner >= place_of_.size()) place_of_.resize(owner + 1, kNowhere);
  std::size_t place = place_of_[owner];
  if (!at) {
    if (place == kNowhere) return;
    const Entry last = heap_.back();
    heap_.pop_back();
    place_of_[owner] = kNowhere;
    if (place == heap_.size()) return;
    put(place, last);
  } else if (place == kNowhere) {
    place = heap_.size();
    heap_.push_back({*at, owner});
    place_of_[owner] = place;
  } else {
    if (heap_[place].at == *at) return;
    heap_[place].at = *at;
  }
  sift_up(place);
  sift_down(place_of_[heap_[place].owner]);
}

void TimerQueue::put(std::size_t place, Entry entry) {
  heap_[place] = entry;
  place_of_[entry.owner] = place;
}

void TimerQueue::sift_up(std::size_t place) {
  const Entry moving = heap_[place];
  while (place > 0) {
    const std::size_t parent = (place - 1) / 2;
    if (!(moving < heap_[parent])) break;
    put(place, heap_[parent]);
    place = parent;
  }
  put(place, moving);
}

void TimerQueue::sift_down(std::size_t place) {
  const Entry moving = heap_[place];
  while (true) {
    std::size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1] < heap_[child]) ++child;
    if (!(heap_[child] < moving)) break;
    put(place, heap_[child]);
    place = child;
  }
  put(place, moving);
}

}  // namespace vrrp
