// What can be sent: a type with a `convert` that writes (see convert_base.hpp). Knows no such type.
#pragma once

namespace socketio {

class json_writer;

template <class T, class = void>
struct convert;

template <class T>
concept writable = requires(json_writer& to, T const& from) { convert<T>::write(to, from); };

} // namespace socketio
