# What applicants read. Every language has every message (a test compares); a new language is a file and a line in speech.rs.

language-name = English
skip = Skip to the content
languages = Language
run-with = Run with Muster
moment = { $day } { $month } { $year }, { $time } UTC
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
hours = { $n ->
    [one] 1 hour
   *[other] { $n } hours
}
minutes = { $n ->
    [one] 1 minute
   *[other] { $n } minutes
}
moments = less than a minute
bytes = { $n } bytes
kilobytes = { $n } KB
megabytes = { $n } MB

# A job's public page
job-title = { $job } at { $organization }
job-eyebrow = Job
job-employer = Employer
job-place = Place
job-department = Department
job-code = Reference
job-about = About the job
job-apply = Apply
job-apply-help = You can stop at any time and come back later: you get a link of your own.
job-begun = You have begun an application for this job on this device.
job-continue = Continue your application
job-afresh = Begin a new one

# The form
form-title = Apply for { $job } at { $organization }
form-eyebrow = Your application
form-invited = { $organization } invites you to apply for this job.
form-hello = Hello { $name }
form-message = A message from { $organization }
form-until = Valid until
form-left = { $time } left
form-required = Questions marked “required” must be answered.
required = required
form-about-you = About you
form-questions = Questions
form-name = Your full name
form-email = E-mail address
form-email-fixed = This is the address you were invited at. It cannot be changed here.
form-email-help = We send a link to this address to confirm that it is yours.
form-choose = Please choose
form-yes = Yes
form-no = No
form-file-help = One file of at most { $most }.
form-file-here = Received
form-file-part = { $done } of { $whole } have arrived. Choose the same file again to go on.
form-file-part-unknown = { $done } have arrived. Choose the file again.
form-file-replace = Choose another file to replace it
form-file-remove = Remove { $name }
form-consent-purpose = Purpose: { $purpose }
form-consent-version = Version { $version }
form-submit = Send the application
form-save = Save and come back later
form-saved = Saved. Come back by the same link, from any device.
form-saved-mailed = Saved. We have sent the link to { $email }.
form-link = Your personal link
form-link-help = With this link you come back to your application, from any device. Whoever has it can read it, so keep it to yourself.
form-link-invite = The link from your invite brings you back, from any device. It is meant for you alone.
form-decline = I do not want to apply
form-decline-help = { $organization } will see that you declined. What you have written here is not sent.
form-decline-button = Decline the invite

# Faults
faults-title = { $n ->
    [one] There is 1 thing to look at
   *[other] There are { $n } things to look at
}
faults-kept = Everything you have entered is kept, your files too.
fault-prefix = Error:
fault-missing = Please answer this.
fault-missing-choice = Please choose an answer.
fault-missing-file = Please choose a file.
fault-no-consent = Without this consent the application cannot be sent.
fault-other-consent = This text has changed. Please read it and tick the box again.
fault-email = This is not an e-mail address. One looks like name@example.org.
fault-phone = This is not a telephone number.
fault-url = This is not a web address. One looks like https://example.org.
fault-number = This is not a number.
fault-date = This is not a day. Please write year, month and day, like 2026-03-14.
fault-choice = Please choose one of the answers.
fault-long = Please write at most { $most } characters.
fault-unfinished = This file has not arrived whole. Please choose it again.
fault-empty-file = This file is empty.
fault-large-file = This file is larger than { $most }.
fault-quota = Your files together are larger than { $most }. Please remove one.

# After sending
sent-title = Your application has been received
sent-text = { $organization } has your application for { $job }. You will hear from them.
sent-at = Sent
sent-unverified = Please confirm your address: we have sent a link to { $email }. Your application counts either way.
sent-what = What you sent
sent-nothing = No answer
sent-download = Download everything as JSON
sent-no-details = It was not sent through this page, so there is nothing to show here.
withdraw = Withdraw the application
withdraw-help = { $organization } will see that you no longer apply. This cannot be undone here.
withdraw-button = Withdraw now
withdrawn-title = You have withdrawn your application
withdrawn-text = { $organization } sees that you no longer apply for { $job }.
ended-text = { $organization } has finished with this application, so it cannot be withdrawn here.

# The link that proves an address
confirm-title = Confirm your address
confirm-text = { $email } is the address of an application for { $job } at { $organization }. If it is yours, please confirm.
confirm-button = Yes, this is my address
confirm-not-you = If you did not apply, close this page: nothing happens then.

# Links that lead no further
unknown-title = This link leads nowhere
unknown-text = There is nothing at this address. It may have been cut short by a mail program: please copy the whole link into the address bar.
unknown-ask = If that does not help, ask whoever sent it for a new one.
expired-title = This invite has expired
expired-text = It was for { $job } at { $organization } and ended on { $moment }.
revoked-title = This invite is no longer valid
revoked-text = { $organization } has withdrawn this invite.
declined-title = This invite was declined
declined-text = This invite to apply for { $job } at { $organization } was declined.
ask-for-new = If you still want to apply, please ask { $organization } for a new invite.
closed-title = This job is closed
closed-text = { $organization } takes no more applications for { $job }.
no-job-title = There is no such job
no-job-text = The address may have been mistyped or cut short, or the job is no longer public.
no-file-title = There is no such file
no-file-text = What you sent has no file of this number. Everything that you sent stands on the page of your application: please open the link again.
refused-title = That did not work
refused-text = What you asked for cannot be done here. What you had saved is kept: please open the link again.
foreign-title = This form was not sent from here
foreign-text = It came from another page, or from one that was open for too long, so nothing was done. Please open the link again.
busy-title = Too many tries
busy-text = There were too many tries from where you are. Please wait { $time } and try again.
large-title = That was too much at once
large-text = The form was larger than what we take. Files may have { $most } each.
broken-title = Something did not arrive
broken-text = The form came only in part, perhaps because the connection was cut. What arrived is kept: please open the link again.
full-title = Busy at the moment
full-text = Too much is going on right now. What you had saved is kept: please try again in a few seconds.
ours-title = Something broke
ours-text = This is our fault, and it has been noted. What you had saved is kept. If you report it, please name ticket { $ticket }.

# What the form's script says
script-saved = Everything you have entered is saved.
script-saving = Saving…
script-offline = There is no connection. What you enter is kept on this device and saved as soon as there is one.
script-trouble = This could not be saved just now. It is kept on this device, and we try again.
script-over = Nothing more can be saved here: the application was sent or closed in another window.
script-again = Show how it stands
script-restored = What you had entered on this device without a connection is back.
script-elsewhere = On this device you had entered something else: “{ $text }”.
script-use = Use this
script-sending = Sending…
script-waiting = Your file is still on its way. The application is sent as soon as it has arrived.
script-unsent = There is no connection, so the application has not been sent. Nothing is lost: please try again when there is one.
script-back = There is a connection again, and everything is saved. Please send the application now.
script-busy = Too much is going on right now, so the application has not been sent. Nothing is lost: please try again in a few seconds.
script-part = { $done } of { $whole }
script-cut = { $done } of { $whole }. The connection was cut; it goes on by itself.
script-cancel = Cancel { $name }
script-arrived = { $name } has arrived.
script-broken = This file could not be sent. Please choose it again.
