#pragma once

#include <socketio/core/error.hpp>
#include <socketio/core/value_encoder.hpp>

#include <string>

namespace socketio {
namespace detail {

[[noreturn]] SOCKETIO_DECL void encoder_steps::refuse(char const* what)
{
    throw_misuse(std::string{"socketio::writer: "} + what);
}

SOCKETIO_DECL value_encoder& encoder_steps::value()
{
    if (depth_ == 0) {
        if (done_)
            refuse("a second value");
        done_ = true;
        return to_;
    }
    level& around = levels_[depth_ - 1];
    if (around.expected == next::key)
        refuse("a member without a key");
    if (around.expected == next::member)
        around.expected = next::key;
    ++around.count;
    return to_;
}

SOCKETIO_DECL void encoder_steps::key(std::string_view name)
{
    if (depth_ == 0 || levels_[depth_ - 1].expected != next::key)
        refuse("a key outside of an object");
    levels_[depth_ - 1].expected = next::member;
    to_.key(name);
}

SOCKETIO_DECL void encoder_steps::begin(bool object)
{
    value_encoder& to = value();
    if (depth_ == levels_.size())
        refuse("data nested too deeply");
    levels_[depth_++] = {object ? to.begin_object() : to.begin_array(), 0, object ? next::key : next::element};
}

SOCKETIO_DECL void encoder_steps::end(bool object)
{
    if (depth_ == 0 || levels_[depth_ - 1].expected != (object ? next::key : next::element))
        refuse("an end that fits no beginning");
    level const& ended = levels_[--depth_];
    if (object)
        to_.end_object(ended.begun, ended.count);
    else
        to_.end_array(ended.begun, ended.count);
}

SOCKETIO_DECL void encoder_steps::finish() const
{
    if (depth_ != 0 || !done_)
        refuse("no whole value");
}

} // namespace detail
} // namespace socketio
