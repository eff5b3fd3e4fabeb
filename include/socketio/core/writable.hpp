// The types that can be sent: those with a `convert` that writes (see convert_base.hpp). Knows no such type.
#pragma once

namespace socketio {

class json_writer;

// The first parameter of `convert<T>::write`. Use this name in a convert of your own: json_writer, the class
// behind it today, may become one of several.
using writer = json_writer;

template <class T, class = void>
struct convert;

template <class T>
concept writable = requires(writer& to, T const& from) { convert<T>::write(to, from); };

} // namespace socketio
