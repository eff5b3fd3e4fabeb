// Qt (5.15 or 6, QtCore alone): its types as arguments of events, its threads for listeners, and a model for views. To
// be included beside <socketio/client.hpp> or <socketio/server.hpp>, before or after Qt's headers.
// Qt's `emit` is a macro: call socket.emit_event(...) where it is on. See docs/qt.md.
// <socketio/qt/bridge.hpp>, an object with signals for QML and connect(), needs moc and so is not here.
#pragma once

#include <socketio/qt/convert.hpp>
#include <socketio/qt/convert_json.hpp>
#include <socketio/qt/convert_variant.hpp>
#include <socketio/qt/event_model.hpp>
#include <socketio/qt/executor.hpp>
#include <socketio/qt/listeners.hpp>
