// The names of rooms, as an argument of operators.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

// One room or several: a text, a vector of texts, or {"a", "b"}. Every text is a valid name. A room exists as
// long as it has a member.
class room_names {
public:
    room_names(std::string one) { names_.push_back(std::move(one)); }
    room_names(char const* one) { names_.emplace_back(one); }
    room_names(std::string_view one) { names_.emplace_back(one); }
    room_names(std::vector<std::string> several) : names_{std::move(several)} {}
    room_names(std::initializer_list<std::string> several) : names_{several} {}

    std::vector<std::string> const& get() const noexcept { return names_; }

private:
    std::vector<std::string> names_;
};

} // namespace socketio
