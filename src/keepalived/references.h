// Names that one block gives and another one uses, and what two instances may not share. Internal
// to the reader.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "keepalived/drafts.h"

namespace keepalived {

// Where an instance's name and VRID stand.
struct Origins {
  Origin name;
  Origin vrid;
};

class References {
 public:
  // Scripts, files and processes of the config must be complete. All arguments must outlive this.
  References(Context& context, const Config& config, const std::vector<GroupDraft>& groups);

  // Trackers of an instance, with the weights of what they name.
  void resolve(TrackDrafts tracked, Instance& into) const;
  // What an instance that does not say takes from its group.
  void inherit(Instance& into) const;
  std::vector<SyncGroup> resolve_groups(std::vector<GroupDraft> drafts, const Config& config) const;
  // What is static, and the track_group blocks it speaks of. Instances must be complete.
  void resolve_static(Drafts& drafts, Config& config) const;

 private:
  // What a tracker without a weight of its own takes.
  struct Default {
    int weight = 0;
    bool reverse = false;
  };
  using Known = std::map<std::string_view, Default>;

  void resolve(GroupDraft draft, const Globals& globals, SyncGroup& into) const;
  void resolve_track_groups(std::vector<TrackGroupDraft> drafts, Config& config) const;
  template <typename Item>
  std::vector<Item> resolve_static(std::vector<Given<Item>> given,
                                   const std::vector<TrackGroup>& groups) const;
  std::vector<Tracked> resolve(std::vector<TrackDraft> drafts, const Known* known,
                               std::string_view kind) const;

  Context& context_;
  Known scripts_;
  Known files_;
  Known processes_;
  Known bfd_;
  std::map<std::string_view, const GroupDraft*> group_of_;  // an instance's
};

// Two instances of one VRID on one interface and family would hear themselves.
void check_router_ids(Context& context, const Config& config, const std::vector<Origins>& origins);

}  // namespace keepalived
