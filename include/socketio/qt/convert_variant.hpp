// QVariant as an argument of events, and so QVariantList, QVariantMap and QVariantHash.
#pragma once

#include <QAssociativeIterable>
#include <QByteArrayList>
#include <QMetaType>
#include <QSequentialIterable>
#include <QStringList>
#include <QVariant>

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/core/convert_base.hpp>
#include <socketio/core/convert_range.hpp>
#include <socketio/core/error.hpp>
#include <socketio/qt/convert.hpp>
#include <socketio/qt/convert_json.hpp>
#include <socketio/qt/text.hpp>

#include <string>

namespace socketio {

// Numbers, texts, binary data (QByteArray), lists, maps, Qt's JSON, QUrl, QUuid, QDateTime; enumerations as numbers,
// and other types that QVariant makes a text of (QDate, say) as that text. A null or invalid one is null. Any other
// type is misuse and throws std::invalid_argument. Reads everything: null as a null pointer, integers as qlonglong or
// qulonglong, other numbers as double, and QString, QByteArray, QVariantList, QVariantMap (which sorts the members).
template <>
struct convert<QVariant> {
    static void write(json_writer& to, QVariant const& from);
    static bool read(value_view from, QVariant& into, mismatch&);
};

namespace detail {

template <class T>
void write_held(json_writer& to, QVariant const& from)
{
    write(to, *static_cast<T const*>(from.constData()));
}

// What is registered at run time. (Copies share the bytes of a QByteArray with the original, so that these stay.)
inline void write_other_qvariant(json_writer& to, QVariant const& from)
{
    if (QMetaType(from.userType()).flags() & QMetaType::IsEnumeration)
        return to.integer(from.toLongLong());
    if (from.canConvert<QVariantHash>()) {
        QAssociativeIterable const members = from.value<QAssociativeIterable>();
        to.begin_object();
        for (auto at = members.begin(); at != members.end(); ++at) {
            to.key(view_of(to_utf8(at.key().toString())));
            write(to, QVariant{at.value()});
        }
        return to.end_object();
    }
    if (from.canConvert<QVariantList>()) {
        QSequentialIterable const elements = from.value<QSequentialIterable>();
        to.begin_array();
        for (QVariant const& each : elements)
            write(to, each);
        return to.end_array();
    }
    if (!from.canConvert<QString>())
        throw_misuse(std::string{"a QVariant of this type cannot be sent: "} + from.typeName());
    to.string(view_of(to_utf8(from.toString())));
}

// max_json_depth ends the recursion: the writer throws there.
inline void write_qvariant(json_writer& to, QVariant const& from)
{
    switch (from.userType()) {
    case QMetaType::UnknownType:
    case QMetaType::Nullptr: return to.null();
    case QMetaType::Bool: return to.boolean(from.toBool());
    case QMetaType::Int:
    case QMetaType::Short:
    case QMetaType::Char:
    case QMetaType::SChar:
    case QMetaType::Long:
    case QMetaType::LongLong: return to.integer(from.toLongLong());
    case QMetaType::UInt:
    case QMetaType::UShort:
    case QMetaType::UChar:
    case QMetaType::ULong:
    case QMetaType::ULongLong: return to.unsigned_integer(from.toULongLong());
    case QMetaType::Float:
    case QMetaType::Double: return to.number(from.toDouble());
    case QMetaType::QString: return write_held<QString>(to, from);
    case QMetaType::QByteArray: return write_held<QByteArray>(to, from);
    case QMetaType::QStringList: return write_held<QStringList>(to, from);
    case QMetaType::QByteArrayList: return write_held<QByteArrayList>(to, from);
    case QMetaType::QVariantList: return write_held<QVariantList>(to, from);
    case QMetaType::QVariantMap: return write_held<QVariantMap>(to, from);
    case QMetaType::QVariantHash: return write_held<QVariantHash>(to, from);
    case QMetaType::QJsonValue: return write_held<QJsonValue>(to, from);
    case QMetaType::QJsonObject: return write_held<QJsonObject>(to, from);
    case QMetaType::QJsonArray: return write_held<QJsonArray>(to, from);
    case QMetaType::QJsonDocument: return write_held<QJsonDocument>(to, from);
    case QMetaType::QUrl: return write_held<QUrl>(to, from);
    case QMetaType::QUuid: return write_held<QUuid>(to, from);
    case QMetaType::QDateTime: return write_held<QDateTime>(to, from);
    default: return write_other_qvariant(to, from);
    }
}

inline QVariant to_qvariant(value_view from);

// The parser limits the nesting, and so the recursion of these.
inline QVariantList to_qvariant_list(args const& from)
{
    QVariantList copy;
    copy.reserve(to_qt_size(from.size()));
    for (value_view const each : from)
        copy.append(to_qvariant(each));
    return copy;
}

inline QVariantMap to_qvariant_map(value_view from)
{
    QVariantMap copy;
    for (auto const member : from.members())
        copy.insert(to_qstring(member.key), to_qvariant(member.value));
    return copy;
}

inline QVariant to_qvariant(value_view from)
{
    switch (from.type()) {
    case value_type::null: return QVariant::fromValue(nullptr);
    case value_type::boolean: return from.as_bool();
    case value_type::int64: return static_cast<qlonglong>(from.node()->integer);
    case value_type::uint64: return static_cast<qulonglong>(from.node()->unsigned_integer);
    case value_type::number: return from.as_double();
    case value_type::string: return to_qstring(from.as_string());
    case value_type::binary: return to_qbytes(from.as_binary());
    case value_type::array: return to_qvariant_list(from.elements());
    case value_type::object: return to_qvariant_map(from);
    }
    return {};
}

} // namespace detail

inline void convert<QVariant>::write(json_writer& to, QVariant const& from) { detail::write_qvariant(to, from); }
inline bool convert<QVariant>::read(value_view from, QVariant& into, mismatch&)
{
    into = detail::to_qvariant(from);
    return true;
}

} // namespace socketio

#include <socketio/core/foreign_macros_end.hpp>
