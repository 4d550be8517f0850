# Was Bewerberinnen und Bewerber lesen.

language-name = Deutsch
skip = Zum Inhalt springen
languages = Sprache
run-with = Läuft mit Muster
moment = { $day }. { $month } { $year }, { $time } UTC
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
days = { $n ->
    [one] 1 Tag
   *[other] { $n } Tage
}
hours = { $n ->
    [one] 1 Stunde
   *[other] { $n } Stunden
}
minutes = { $n ->
    [one] 1 Minute
   *[other] { $n } Minuten
}
moments = weniger als eine Minute
bytes = { $n } Byte
kilobytes = { $n } KB
megabytes = { $n } MB

job-title = { $job } bei { $organization }
job-eyebrow = Stelle
job-employer = Arbeitgeber
job-place = Ort
job-department = Abteilung
job-code = Kennzeichen
job-about = Über die Stelle
job-apply = Bewerben
job-apply-help = Sie können jederzeit unterbrechen und später weitermachen: Sie erhalten einen eigenen Link.
job-begun = Auf diesem Gerät haben Sie eine Bewerbung für diese Stelle begonnen.
job-continue = Bewerbung fortsetzen
job-afresh = Eine neue beginnen

form-title = Bewerbung als { $job } bei { $organization }
form-eyebrow = Ihre Bewerbung
form-invited = { $organization } lädt Sie ein, sich auf diese Stelle zu bewerben.
form-hello = Guten Tag { $name }
form-message = Eine Nachricht von { $organization }
form-until = Gültig bis
form-left = noch { $time }
form-required = Fragen mit „erforderlich“ müssen beantwortet werden.
required = erforderlich
form-about-you = Zu Ihrer Person
form-questions = Fragen
form-name = Ihr vollständiger Name
form-email = E-Mail-Adresse
form-email-fixed = An diese Adresse wurden Sie eingeladen. Sie kann hier nicht geändert werden.
form-email-help = Wir senden einen Link an diese Adresse, damit Sie bestätigen können, dass sie Ihnen gehört.
form-choose = Bitte wählen
form-yes = Ja
form-no = Nein
form-file-help = Eine Datei mit höchstens { $most }.
form-file-here = Angekommen
form-file-part = { $done } von { $whole } sind angekommen. Wählen Sie dieselbe Datei noch einmal, um fortzufahren.
form-file-part-unknown = { $done } sind angekommen. Bitte wählen Sie die Datei noch einmal.
form-file-replace = Eine andere Datei wählen, um sie zu ersetzen
form-file-remove = { $name } entfernen
form-consent-purpose = Zweck: { $purpose }
form-consent-version = Fassung { $version }
form-submit = Bewerbung absenden
form-save = Speichern und später weitermachen
form-saved = Gespeichert. Mit demselben Link machen Sie weiter, auf jedem Gerät.
form-saved-mailed = Gespeichert. Wir haben den Link an { $email } gesandt.
form-link = Ihr persönlicher Link
form-link-help = Mit diesem Link kommen Sie zu Ihrer Bewerbung zurück, auf jedem Gerät. Wer ihn hat, kann sie lesen: Geben Sie ihn nicht weiter.
form-link-invite = Der Link aus Ihrer Einladung führt Sie hierher zurück, auf jedem Gerät. Er ist nur für Sie bestimmt.
form-decline = Ich möchte mich nicht bewerben
form-decline-help = { $organization } sieht, dass Sie abgelehnt haben. Was Sie hier geschrieben haben, wird nicht gesendet.
form-decline-button = Einladung ablehnen

faults-title = { $n ->
    [one] Bitte prüfen Sie 1 Angabe
   *[other] Bitte prüfen Sie { $n } Angaben
}
faults-kept = Alles, was Sie eingegeben haben, ist gespeichert, auch Ihre Dateien.
fault-prefix = Fehler:
fault-missing = Bitte beantworten Sie diese Frage.
fault-missing-choice = Bitte wählen Sie eine Antwort.
fault-missing-file = Bitte wählen Sie eine Datei.
fault-no-consent = Ohne diese Einwilligung kann die Bewerbung nicht gesendet werden.
fault-other-consent = Dieser Text hat sich geändert. Bitte lesen Sie ihn und setzen Sie das Häkchen noch einmal.
fault-email = Das ist keine E-Mail-Adresse. Eine sieht so aus: name@example.org.
fault-phone = Das ist keine Telefonnummer.
fault-url = Das ist keine Web-Adresse. Eine sieht so aus: https://example.org.
fault-number = Das ist keine Zahl.
fault-date = Das ist kein Datum. Bitte schreiben Sie Jahr, Monat und Tag, etwa 2026-03-14.
fault-choice = Bitte wählen Sie eine der Antworten.
fault-long = Bitte schreiben Sie höchstens { $most } Zeichen.
fault-unfinished = Diese Datei ist nicht ganz angekommen. Bitte wählen Sie sie noch einmal.
fault-empty-file = Diese Datei ist leer.
fault-large-file = Diese Datei ist größer als { $most }.
fault-quota = Ihre Dateien sind zusammen größer als { $most }. Bitte entfernen Sie eine.

sent-title = Ihre Bewerbung ist angekommen
sent-text = { $organization } hat Ihre Bewerbung als { $job } erhalten und wird sich bei Ihnen melden.
sent-at = Gesendet
sent-unverified = Bitte bestätigen Sie Ihre Adresse: Wir haben einen Link an { $email } gesandt. Ihre Bewerbung zählt in jedem Fall.
sent-what = Was Sie gesendet haben
sent-nothing = Keine Antwort
sent-download = Alles als JSON herunterladen
sent-no-details = Sie wurde nicht über diese Seite gesendet, deshalb gibt es hier nichts anzuzeigen.
withdraw = Bewerbung zurückziehen
withdraw-help = { $organization } sieht, dass Sie sich nicht mehr bewerben. Hier lässt sich das nicht rückgängig machen.
withdraw-button = Jetzt zurückziehen
withdrawn-title = Sie haben Ihre Bewerbung zurückgezogen
withdrawn-text = { $organization } sieht, dass Sie sich nicht mehr als { $job } bewerben.
ended-text = { $organization } hat diese Bewerbung abgeschlossen, deshalb kann sie hier nicht zurückgezogen werden.

confirm-title = E-Mail-Adresse bestätigen
confirm-text = { $email } steht in einer Bewerbung als { $job } bei { $organization }. Wenn das Ihre Adresse ist, bestätigen Sie sie bitte.
confirm-button = Ja, das ist meine Adresse
confirm-not-you = Wenn Sie sich nicht beworben haben, schließen Sie diese Seite: Dann geschieht nichts.

unknown-title = Dieser Link führt nirgendwohin
unknown-text = Unter dieser Adresse gibt es nichts. Vielleicht hat ein Mailprogramm sie abgeschnitten: Bitte kopieren Sie den ganzen Link in die Adresszeile.
unknown-ask = Wenn das nicht hilft, bitten Sie den Absender um einen neuen.
expired-title = Diese Einladung ist abgelaufen
expired-text = Sie galt für { $job } bei { $organization } und endete am { $moment }.
revoked-title = Diese Einladung gilt nicht mehr
revoked-text = { $organization } hat diese Einladung zurückgenommen.
declined-title = Diese Einladung wurde abgelehnt
declined-text = Die Einladung, sich als { $job } bei { $organization } zu bewerben, wurde abgelehnt.
ask-for-new = Wenn Sie sich noch bewerben möchten, bitten Sie { $organization } um eine neue Einladung.
closed-title = Diese Stelle ist nicht mehr offen
closed-text = { $organization } nimmt keine Bewerbungen als { $job } mehr an.
no-job-title = Diese Stelle gibt es nicht
no-job-text = Vielleicht ist die Adresse falsch geschrieben oder abgeschnitten, oder die Stelle ist nicht mehr öffentlich.
no-file-title = Diese Datei gibt es nicht
no-file-text = Zu dem, was Sie gesendet haben, gehört keine Datei mit dieser Nummer. Alles, was Sie gesendet haben, steht auf der Seite Ihrer Bewerbung: Bitte öffnen Sie den Link noch einmal.
refused-title = Das ging nicht
refused-text = Das ist hier nicht möglich. Was gespeichert war, ist noch da: Bitte öffnen Sie den Link noch einmal.
foreign-title = Dieses Formular kam nicht von hier
foreign-text = Es kam von einer anderen Seite oder von einer, die zu lange offen war. Deshalb ist nichts geschehen. Bitte öffnen Sie den Link noch einmal.
busy-title = Zu viele Versuche
busy-text = Von Ihrem Anschluss kamen zu viele Versuche. Bitte warten Sie { $time } und versuchen Sie es dann noch einmal.
large-title = Das war zu viel auf einmal
large-text = Das Formular war größer, als wir annehmen. Dateien dürfen je { $most } haben.
broken-title = Etwas ist nicht angekommen
broken-text = Das Formular kam nur zum Teil, vielleicht weil die Verbindung abbrach. Was ankam, ist gespeichert: Bitte öffnen Sie den Link noch einmal.
full-title = Gerade ist viel los
full-text = Im Augenblick kommen zu viele Anfragen auf einmal. Was gespeichert war, ist noch da: Bitte versuchen Sie es in einigen Sekunden noch einmal.
ours-title = Da ist etwas schiefgegangen
ours-text = Das ist unser Fehler und wurde festgehalten. Was gespeichert war, ist noch da. Wenn Sie es melden, nennen Sie bitte die Nummer { $ticket }.

# Was das Skript des Formulars sagt
script-saved = Alles, was Sie eingegeben haben, ist gespeichert.
script-saving = Wird gespeichert …
script-offline = Es besteht keine Verbindung. Ihre Eingaben bleiben auf diesem Gerät und werden gespeichert, sobald es wieder eine gibt.
script-trouble = Das konnte gerade nicht gespeichert werden. Es bleibt auf diesem Gerät, und wir versuchen es weiter.
script-over = Hier kann nichts mehr gespeichert werden: Die Bewerbung wurde in einem anderen Fenster gesendet oder geschlossen.
script-again = Stand anzeigen
script-restored = Was Sie auf diesem Gerät ohne Verbindung eingegeben hatten, ist wieder da.
script-elsewhere = Auf diesem Gerät hatten Sie etwas anderes eingegeben: „{ $text }“.
script-use = Das verwenden
script-sending = Wird gesendet …
script-waiting = Ihre Datei ist noch unterwegs. Die Bewerbung wird gesendet, sobald sie angekommen ist.
script-unsent = Es besteht keine Verbindung, die Bewerbung wurde noch nicht gesendet. Nichts ist verloren: Bitte versuchen Sie es noch einmal, sobald es wieder eine gibt.
script-back = Es besteht wieder eine Verbindung, und alles ist gespeichert. Bitte senden Sie die Bewerbung jetzt.
script-busy = Gerade ist zu viel los, die Bewerbung wurde noch nicht gesendet. Nichts ist verloren: Bitte versuchen Sie es in einigen Sekunden noch einmal.
script-part = { $done } von { $whole }
script-cut = { $done } von { $whole }. Die Verbindung wurde unterbrochen; es geht von selbst weiter.
script-cancel = { $name } abbrechen
script-arrived = { $name } ist angekommen.
script-broken = Diese Datei konnte nicht gesendet werden. Bitte wählen Sie sie noch einmal aus.
