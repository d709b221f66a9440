// The client's side of one delivery by SMTP (RFC 5321), as far as a message needs it: bytes that
// the server said in, bytes to send out. Pure; a server that says nonsense gets no more than a
// little patience and no memory.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agent::notify {

struct Letter {
  std::string helo;
  std::string from;
  std::vector<std::string> recipients;
  std::string text;  // header fields, an empty line and the body, with line feeds
};

class SmtpSession {
 public:
  explicit SmtpSession(Letter letter) : letter_(std::move(letter)) {}

  // What to say to that; empty: wait for more.
  std::string hear(std::string_view bytes);

  enum class State { Going, Delivered, Refused };
  State state() const { return state_; }
  const std::string& why() const { return why_; }  // of Refused
  // Nothing more is to be said or heard.
  bool is_over() const { return is_over_; }

 private:
  enum class Step { Greeting, Helo, Mail, Recipient, Data, Text, Quit };
  std::string answer(int code, std::string_view line);
  std::string next_recipient();
  std::string refuse(std::string why);

  Letter letter_;
  Step step_ = Step::Greeting;
  State state_ = State::Going;
  bool is_over_ = false;
  std::string why_;
  std::string heard_;
  std::size_t total_ = 0;
  std::size_t recipient_ = 0;
  bool has_recipient_ = false;
};

// Lines end with CR LF, and none but the last is a dot (RFC 5321 4.5.2).
std::string as_data(std::string_view text);

}  // namespace agent::notify
