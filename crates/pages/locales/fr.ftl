# Ce que lisent les candidates et candidats.

language-name = Français
skip = Aller au contenu
languages = Langue
run-with = Fonctionne avec Muster
moment = { $day } { $month } { $year }, { $time } UTC
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
days = { $n ->
    [one] 1 jour
   *[other] { $n } jours
}
hours = { $n ->
    [one] 1 heure
   *[other] { $n } heures
}
minutes = { $n ->
    [one] 1 minute
   *[other] { $n } minutes
}
moments = moins d’une minute
bytes = { $n } octets
kilobytes = { $n } Ko
megabytes = { $n } Mo

job-title = { $job } chez { $organization }
job-eyebrow = Offre d’emploi
job-employer = Employeur
job-place = Lieu
job-department = Service
job-code = Référence
job-about = À propos du poste
job-apply = Postuler
job-apply-help = Vous pouvez vous arrêter à tout moment et reprendre plus tard : vous recevez un lien personnel.
job-begun = Vous avez commencé une candidature à ce poste sur cet appareil.
job-continue = Continuer votre candidature
job-afresh = En commencer une nouvelle

form-title = Candidature au poste de { $job } chez { $organization }
form-eyebrow = Votre candidature
form-invited = { $organization } vous invite à postuler à ce poste.
form-hello = Bonjour { $name }
form-message = Un message de { $organization }
form-until = Valable jusqu’au
form-left = encore { $time }
form-required = Les questions marquées « obligatoire » demandent une réponse.
required = obligatoire
form-about-you = À propos de vous
form-questions = Questions
form-name = Votre nom complet
form-email = Adresse e-mail
form-email-fixed = C’est l’adresse à laquelle vous avez été invité·e. Elle ne peut pas être changée ici.
form-email-help = Nous envoyons un lien à cette adresse pour confirmer qu’elle est la vôtre.
form-choose = Veuillez choisir
form-yes = Oui
form-no = Non
form-file-help = Un fichier de { $most } au plus.
form-file-here = Reçu
form-file-part = { $done } sur { $whole } sont arrivés. Choisissez de nouveau le même fichier pour continuer.
form-file-part-unknown = { $done } sont arrivés. Choisissez de nouveau le fichier.
form-file-replace = Choisissez un autre fichier pour le remplacer
form-file-remove = Retirer { $name }
form-consent-purpose = Finalité : { $purpose }
form-consent-version = Version { $version }
form-submit = Envoyer la candidature
form-save = Enregistrer et revenir plus tard
form-saved = Enregistré. Revenez avec le même lien, depuis n’importe quel appareil.
form-saved-mailed = Enregistré. Nous avons envoyé le lien à { $email }.
form-link = Votre lien personnel
form-link-help = Ce lien vous ramène à votre candidature, depuis n’importe quel appareil. Quiconque le possède peut la lire : gardez-le pour vous.
form-link-invite = Le lien de votre invitation vous ramène ici, depuis n’importe quel appareil. Il n’est destiné qu’à vous.
form-decline = Je ne souhaite pas postuler
form-decline-help = { $organization } verra que vous avez décliné. Ce que vous avez écrit ici n’est pas envoyé.
form-decline-button = Décliner l’invitation

faults-title = { $n ->
    [one] Il y a 1 point à revoir
   *[other] Il y a { $n } points à revoir
}
faults-kept = Tout ce que vous avez saisi est conservé, vos fichiers aussi.
fault-prefix = Erreur :
fault-missing = Veuillez répondre à cette question.
fault-missing-choice = Veuillez choisir une réponse.
fault-missing-file = Veuillez choisir un fichier.
fault-no-consent = Sans ce consentement, la candidature ne peut pas être envoyée.
fault-other-consent = Ce texte a changé. Veuillez le lire et cocher de nouveau la case.
fault-email = Ce n’est pas une adresse e-mail. Une adresse ressemble à nom@example.org.
fault-phone = Ce n’est pas un numéro de téléphone.
fault-url = Ce n’est pas une adresse web. Une adresse ressemble à https://example.org.
fault-number = Ce n’est pas un nombre.
fault-date = Ce n’est pas une date. Veuillez écrire année, mois et jour, par exemple 2026-03-14.
fault-choice = Veuillez choisir une des réponses.
fault-long = Veuillez écrire au plus { $most } caractères.
fault-unfinished = Ce fichier n’est pas arrivé en entier. Veuillez le choisir de nouveau.
fault-empty-file = Ce fichier est vide.
fault-large-file = Ce fichier dépasse { $most }.
fault-quota = Vos fichiers dépassent ensemble { $most }. Veuillez en retirer un.

sent-title = Votre candidature a été reçue
sent-text = { $organization } a bien reçu votre candidature au poste de { $job }. Vous aurez de leurs nouvelles.
sent-at = Envoyé
sent-unverified = Veuillez confirmer votre adresse : nous avons envoyé un lien à { $email }. Votre candidature compte dans tous les cas.
sent-what = Ce que vous avez envoyé
sent-nothing = Pas de réponse
sent-download = Tout télécharger en JSON
sent-no-details = Elle n’a pas été envoyée depuis cette page, il n’y a donc rien à afficher ici.
withdraw = Retirer la candidature
withdraw-help = { $organization } verra que vous ne postulez plus. Cela ne peut pas être annulé ici.
withdraw-button = Retirer maintenant
withdrawn-title = Vous avez retiré votre candidature
withdrawn-text = { $organization } voit que vous ne postulez plus au poste de { $job }.
ended-text = { $organization } a clos cette candidature, elle ne peut donc pas être retirée ici.

confirm-title = Confirmez votre adresse e-mail
confirm-text = { $email } figure dans une candidature au poste de { $job } chez { $organization }. Si c’est la vôtre, veuillez confirmer.
confirm-button = Oui, c’est mon adresse
confirm-not-you = Si vous n’avez pas postulé, fermez cette page : il ne se passera rien.

unknown-title = Ce lien ne mène nulle part
unknown-text = Il n’y a rien à cette adresse. Un logiciel de messagerie l’a peut-être coupée : veuillez copier le lien entier dans la barre d’adresse.
unknown-ask = Si cela n’aide pas, demandez-en un nouveau à la personne qui l’a envoyé.
expired-title = Cette invitation a expiré
expired-text = Elle concernait le poste de { $job } chez { $organization } et a pris fin le { $moment }.
revoked-title = Cette invitation n’est plus valable
revoked-text = { $organization } a retiré cette invitation.
declined-title = Cette invitation a été déclinée
declined-text = L’invitation à postuler au poste de { $job } chez { $organization } a été déclinée.
ask-for-new = Si vous souhaitez encore postuler, demandez une nouvelle invitation à { $organization }.
closed-title = Ce poste n’est plus ouvert
closed-text = { $organization } n’accepte plus de candidatures au poste de { $job }.
no-job-title = Ce poste n’existe pas
no-job-text = L’adresse est peut-être mal écrite ou coupée, ou le poste n’est plus public.
no-file-title = Ce fichier n’existe pas
no-file-text = Ce que vous avez envoyé ne contient aucun fichier portant ce numéro. Tout ce que vous avez envoyé se trouve sur la page de votre candidature : veuillez rouvrir le lien.
refused-title = Cela n’a pas fonctionné
refused-text = Ce n’est pas possible ici. Ce que vous aviez enregistré est conservé : veuillez rouvrir le lien.
foreign-title = Ce formulaire n’a pas été envoyé d’ici
foreign-text = Il venait d’une autre page, ou d’une page restée ouverte trop longtemps, donc rien n’a été fait. Veuillez rouvrir le lien.
busy-title = Trop de tentatives
busy-text = Il y a eu trop de tentatives depuis votre réseau. Veuillez attendre { $time } et réessayer.
large-title = C’était trop à la fois
large-text = Le formulaire dépassait ce que nous acceptons. Les fichiers peuvent faire { $most } chacun.
broken-title = Quelque chose n’est pas arrivé
broken-text = Le formulaire n’est arrivé qu’en partie, peut-être parce que la connexion a été coupée. Ce qui est arrivé est conservé : veuillez rouvrir le lien.
full-title = Beaucoup de demandes en ce moment
full-text = Il y a trop de demandes en ce moment. Ce que vous aviez enregistré est conservé : veuillez réessayer dans quelques secondes.
ours-title = Une erreur s’est produite
ours-text = L’erreur vient de nous et a été enregistrée. Ce que vous aviez enregistré est conservé. Si vous la signalez, indiquez le numéro { $ticket }.

# Ce que dit le script du formulaire
script-saved = Tout ce que vous avez saisi est enregistré.
script-saving = Enregistrement…
script-offline = Il n’y a pas de connexion. Votre saisie reste sur cet appareil et sera enregistrée dès qu’il y en aura une.
script-trouble = L’enregistrement n’a pas fonctionné pour l’instant. Votre saisie reste sur cet appareil et nous réessayons.
script-over = Plus rien ne peut être enregistré ici : la candidature a été envoyée ou fermée dans une autre fenêtre.
script-again = Voir où elle en est
script-restored = Ce que vous aviez saisi sur cet appareil sans connexion est de retour.
script-elsewhere = Sur cet appareil, vous aviez saisi autre chose : « { $text } ».
script-use = Utiliser ce texte
script-sending = Envoi…
script-waiting = Votre fichier est encore en route. La candidature sera envoyée dès son arrivée.
script-unsent = Il n’y a pas de connexion, la candidature n’a donc pas été envoyée. Rien n’est perdu : veuillez réessayer dès qu’il y en aura une.
script-back = La connexion est rétablie et tout est enregistré. Veuillez maintenant envoyer la candidature.
script-busy = Il y a trop d’activité en ce moment, la candidature n’a donc pas été envoyée. Rien n’est perdu : veuillez réessayer dans quelques secondes.
script-part = { $done } sur { $whole }
script-cut = { $done } sur { $whole }. La connexion a été coupée ; l’envoi reprendra de lui-même.
script-cancel = Annuler { $name }
script-arrived = { $name } est arrivé.
script-broken = Ce fichier n’a pas pu être envoyé. Veuillez le choisir à nouveau.
