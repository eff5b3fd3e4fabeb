// Qt's texts, bytes, dates and containers as arguments of events. (QList, QVector, QStringList and QSet are lists like
// those of the standard library; QVariant is in convert_variant.hpp, JSON in convert_json.hpp.)
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QHash>
#include <QLatin1String>
#include <QMap>
#include <QString>
#include <QStringView>
#include <QUrl>
#include <QUuid>

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/core/convert_base.hpp>
#include <socketio/core/convert_range.hpp>
#include <socketio/core/iso_date_reader.hpp>
#include <socketio/qt/text.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace socketio {
namespace detail {

inline void write_qstring(json_writer& to, QStringView from) { to.string(view_of(to_utf8(from))); }

template <class Map>
struct convert_qt_map {
    using mapped = typename Map::mapped_type;

    static void write(json_writer& to, Map const& from)
        requires writable<mapped>
    {
        to.begin_object();
        for (auto at = from.cbegin(); at != from.cend(); ++at) {
            to.key(view_of(to_utf8(at.key())));
            detail::write(to, at.value());
        }
        to.end_object();
    }
    static bool read(value_view from, Map& into, mismatch& reason)
        requires readable<mapped>
    {
        if (!from.is_object())
            return refuse(from, "object", reason);
        into.clear();
        for (auto const member : from.members()) {
            mapped next{};
            if (!detail::read(member.value, next, reason))
                return at_key(member.key, reason);
            into.insert(to_qstring(member.key), std::move(next));
        }
        return true;
    }
};

} // namespace detail

template <>
struct convert<QString> {
    static void write(json_writer& to, QString const& from) { detail::write_qstring(to, from); }
    static bool read(value_view from, QString& into, mismatch& reason)
    {
        if (!from.is_string())
            return detail::refuse(from, "string", reason);
        into = detail::to_qstring(from.as_string());
        return true;
    }
};

template <>
struct convert<QStringView> {
    static void write(json_writer& to, QStringView from) { detail::write_qstring(to, from); }
};
template <>
struct convert<QLatin1String> {
    static void write(json_writer& to, QLatin1String from) { detail::write_qstring(to, QString{from}); }
};

// Binary data.
template <>
struct convert<QByteArray> {
    static void write(json_writer& to, QByteArray const& from) { to.binary(detail::bytes_of(from)); }
    static bool read(value_view from, QByteArray& into, mismatch& reason)
    {
        if (!from.is_binary())
            return detail::refuse(from, "binary", reason);
        into = detail::to_qbytes(from.as_binary());
        return true;
    }
};

// Its encoded text. Reading takes what QUrl calls valid in strict mode. A URL of a peer may lead anywhere.
template <>
struct convert<QUrl> {
    static void write(json_writer& to, QUrl const& from) { to.string(detail::view_of(from.toEncoded())); }
    static bool read(value_view from, QUrl& into, mismatch& reason)
    {
        if (from.is_string())
            into = QUrl{detail::to_qstring(from.as_string()), QUrl::StrictMode};
        bool const fits = from.is_string() && (into.isValid() || from.as_string().empty());
        return fits || detail::refuse(from, "URL", reason);
    }
};

// Its text without braces.
template <>
struct convert<QUuid> {
    static void write(json_writer& to, QUuid const& from)
    {
        to.string(detail::view_of(from.toByteArray(QUuid::WithoutBraces)));
    }
    static bool read(value_view from, QUuid& into, mismatch& reason)
    {
        if (from.is_string())
            into = QUuid{detail::to_qstring(from.as_string())};
        bool const is_nil = from.as_string() == "00000000-0000-0000-0000-000000000000";
        return (from.is_string() && (!into.isNull() || is_nil)) || detail::refuse(from, "UUID", reason);
    }
};

// The text of JavaScript's Date, in UTC; an invalid one becomes null. Reads such texts, ISO 8601 with any zone, and
// milliseconds since 1970, as a time in UTC.
template <>
struct convert<QDateTime> {
    static void write(json_writer& to, QDateTime const& from)
    {
        std::array<char, detail::iso_date_room> text;
        std::size_t const size = from.isValid() ? detail::write_iso_date(text.data(), from.toMSecsSinceEpoch()) : 0;
        size ? to.string({text.data(), size}) : to.null();
    }
    static bool read(value_view from, QDateTime& into, mismatch& reason)
    {
        auto const milliseconds = detail::read_date(from);
        if (!milliseconds)
            return detail::refuse(from, "date (ISO 8601 with a zone, or milliseconds)", reason);
        into = QDateTime::fromMSecsSinceEpoch(*milliseconds).toUTC();
        return true;
    }
};

template <class T>
struct convert<QMap<QString, T>> : detail::convert_qt_map<QMap<QString, T>> {};
template <class T>
struct convert<QHash<QString, T>> : detail::convert_qt_map<QHash<QString, T>> {};

} // namespace socketio

#include <socketio/core/foreign_macros_end.hpp>
