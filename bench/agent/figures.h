// Figures of two contenders, measured in turns, and the table that compares them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace bench {

// One measurement, repeated.
class Samples {
 public:
  void add(double value) { values_.push_back(value); }
  bool is_empty() const { return values_.empty(); }
  double median() const;
  double least() const;
  double most() const;

 private:
  std::vector<double> values_;
};

class Table {
 public:
  // `what` names a row; rows appear in the order of their first value.
  Samples& at(const std::string& what, const std::string& unit, const std::string& contender);
  // Markdown: median and spread of each, and the ratio of ours to theirs.
  std::string text(const std::string& ours, const std::string& theirs) const;

 private:
  struct Row {
    std::string what;
    std::string unit;
    std::map<std::string, Samples> by_contender = {};
  };
  std::vector<Row> rows_;
};

}  // namespace bench
