// Qt's JSON as arguments of events: QJsonValue, QJsonObject, QJsonArray and QJsonDocument.
#pragma once

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonValue>
#include <QMap>
#include <QMetaType>
#include <QString>
#include <QVariant>

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/core/convert_base.hpp>
#include <socketio/qt/text.hpp>

namespace socketio {
namespace detail {

inline void write_qjson(json_writer& to, QJsonValue const& from);

// max_json_depth ends the recursion of these three: the writer throws there.
inline void write_qjson(json_writer& to, QJsonArray const& from)
{
    to.begin_array();
    for (QJsonValue const each : from)
        write_qjson(to, each);
    to.end_array();
}

inline void write_qjson(json_writer& to, QJsonObject const& from)
{
    to.begin_object();
    for (auto at = from.constBegin(); at != from.constEnd(); ++at) {
        to.key(view_of(to_utf8(at.key())));
        write_qjson(to, QJsonValue(at.value()));
    }
    to.end_object();
}

// A QVariant of it keeps all digits of an integer, which a double does not.
inline void write_qjson_number(json_writer& to, QJsonValue const& from)
{
    QVariant const number = from.toVariant();
    if (number.userType() == QMetaType::LongLong)
        to.integer(number.toLongLong());
    else
        to.number(from.toDouble());
}

inline void write_qjson(json_writer& to, QJsonValue const& from)
{
    switch (from.type()) {
    case QJsonValue::Null:
    case QJsonValue::Undefined: return to.null();
    case QJsonValue::Bool: return to.boolean(from.toBool());
    case QJsonValue::Double: return write_qjson_number(to, from);
    case QJsonValue::String: return to.string(view_of(to_utf8(from.toString())));
    case QJsonValue::Array: return write_qjson(to, from.toArray());
    case QJsonValue::Object: return write_qjson(to, from.toObject());
    }
    to.null();
}

inline QJsonValue to_qjson(value_view from);

// The parser limits the nesting, and so the recursion of these three.
inline QJsonArray to_qjson_array(value_view from)
{
    QJsonArray copy;
    for (value_view const each : from.elements())
        copy.append(to_qjson(each));
    return copy;
}

// A QJsonObject sorts its members and moves those behind a new one: they are put in from the first to the last, so
// that a long object of a peer does not take for ever.
inline QJsonObject to_qjson_object(value_view from)
{
    QMap<QString, value_view> sorted;
    for (auto const member : from.members())
        sorted.insert(to_qstring(member.key), member.value);
    QJsonObject copy;
    for (auto at = sorted.cbegin(); at != sorted.cend(); ++at)
        copy.insert(at.key(), to_qjson(at.value()));
    return copy;
}

inline QJsonValue to_qjson(value_view from)
{
    switch (from.type()) {
    case value_type::null:
    case value_type::binary: return QJsonValue::Null;
    case value_type::boolean: return from.as_bool();
    case value_type::int64: return static_cast<qint64>(from.node()->integer);
    case value_type::uint64:
    case value_type::number: return from.as_double();
    case value_type::string: return to_qstring(from.as_string());
    case value_type::array: return to_qjson_array(from);
    case value_type::object: return to_qjson_object(from);
    }
    return QJsonValue::Null;
}

} // namespace detail

// Qt's JSON has no binary data: it is read as null. Integers are exact up to 2^63 with Qt 6, up to 2^53 with Qt 5;
// beyond, they become doubles.
// Qt sorts the members of objects; of those with the same name the last counts. Undefined is written as null.
template <>
struct convert<QJsonValue> {
    static void write(json_writer& to, QJsonValue const& from) { detail::write_qjson(to, from); }
    static bool read(value_view from, QJsonValue& into, mismatch&)
    {
        into = detail::to_qjson(from);
        return true;
    }
};
// What operator[] of an object or array gives.
template <>
struct convert<QJsonValueRef> {
    static void write(json_writer& to, QJsonValueRef const& from) { detail::write_qjson(to, QJsonValue(from)); }
};

template <>
struct convert<QJsonObject> {
    static void write(json_writer& to, QJsonObject const& from) { detail::write_qjson(to, from); }
    static bool read(value_view from, QJsonObject& into, mismatch& reason)
    {
        if (!from.is_object())
            return detail::refuse(from, "object", reason);
        into = detail::to_qjson_object(from);
        return true;
    }
};

template <>
struct convert<QJsonArray> {
    static void write(json_writer& to, QJsonArray const& from) { detail::write_qjson(to, from); }
    static bool read(value_view from, QJsonArray& into, mismatch& reason)
    {
        if (!from.is_array())
            return detail::refuse(from, "array", reason);
        into = detail::to_qjson_array(from);
        return true;
    }
};

// An array or an object; null, if it is neither.
template <>
struct convert<QJsonDocument> {
    static void write(json_writer& to, QJsonDocument const& from)
    {
        if (from.isArray())
            detail::write_qjson(to, from.array());
        else if (from.isObject())
            detail::write_qjson(to, from.object());
        else
            to.null();
    }
    static bool read(value_view from, QJsonDocument& into, mismatch& reason)
    {
        if (from.is_array())
            into = QJsonDocument{detail::to_qjson_array(from)};
        else if (from.is_object())
            into = QJsonDocument{detail::to_qjson_object(from)};
        else if (from.is_null())
            into = QJsonDocument{};
        else
            return detail::refuse(from, "array or object", reason);
        return true;
    }
};

} // namespace socketio

#include <socketio/core/foreign_macros_end.hpp>
