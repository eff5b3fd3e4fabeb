// Qt's headers, with its keywords, before the library's: it is compiled among them and leaves them as they were.
#include <QObject>
#include <QString>

#include <socketio/client.hpp>
#include <socketio/qt.hpp>
#include <socketio/server.hpp>

#include <doctest/doctest.h>

#if !defined(emit) || !defined(signals) || !defined(slots)
#error "a keyword of Qt got lost"
#endif

namespace keywords_first_tests {

class window : public QObject {
    Q_OBJECT

public slots:
    void rename(QString const& title) { emit renamed(title); }

signals:
    void renamed(QString const& title);
};

TEST_CASE("Qt's keywords work where its headers come before the library's")
{
    window shown;
    QString heard;
    QObject::connect(&shown, &window::renamed, [&](QString const& title) { heard = title; });
    shown.rename("news");
    CHECK(heard == QString{"news"});
}

} // namespace keywords_first_tests

#include "keywords_first.moc"
