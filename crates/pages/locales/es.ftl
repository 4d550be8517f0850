# Lo que leen quienes presentan una candidatura.

language-name = Español
skip = Ir al contenido
languages = Idioma
run-with = Funciona con Muster
moment = { $day } de { $month } de { $year }, { $time } UTC
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
days = { $n ->
    [one] 1 día
   *[other] { $n } días
}
hours = { $n ->
    [one] 1 hora
   *[other] { $n } horas
}
minutes = { $n ->
    [one] 1 minuto
   *[other] { $n } minutos
}
moments = menos de un minuto
bytes = { $n } bytes
kilobytes = { $n } KB
megabytes = { $n } MB

job-title = { $job } en { $organization }
job-eyebrow = Puesto
job-employer = Empresa
job-place = Lugar
job-department = Departamento
job-code = Referencia
job-about = Sobre el puesto
job-apply = Presentar candidatura
job-apply-help = Puede parar en cualquier momento y seguir más tarde: recibirá un enlace personal.
job-begun = En este dispositivo ha empezado una candidatura para este puesto.
job-continue = Continuar su candidatura
job-afresh = Empezar una nueva

form-title = Candidatura para { $job } en { $organization }
form-eyebrow = Su candidatura
form-invited = { $organization } le invita a presentarse a este puesto.
form-hello = Hola, { $name }
form-message = Un mensaje de { $organization }
form-until = Válido hasta
form-left = tiempo restante: { $time }
form-required = Las preguntas marcadas como «obligatorio» deben responderse.
required = obligatorio
form-about-you = Sobre usted
form-questions = Preguntas
form-name = Su nombre completo
form-email = Correo electrónico
form-email-fixed = Es la dirección a la que se envió su invitación. No se puede cambiar aquí.
form-email-help = Enviamos un enlace a esta dirección para confirmar que es suya.
form-choose = Elija una opción
form-yes = Sí
form-no = No
form-file-help = Un archivo de { $most } como máximo.
form-file-here = Recibido
form-file-part = Han llegado { $done } de { $whole }. Elija el mismo archivo otra vez para continuar.
form-file-part-unknown = Han llegado { $done }. Elija el archivo otra vez.
form-file-replace = Elija otro archivo para sustituirlo
form-file-remove = Quitar { $name }
form-consent-purpose = Finalidad: { $purpose }
form-consent-version = Versión { $version }
form-submit = Enviar la candidatura
form-save = Guardar y seguir más tarde
form-saved = Guardado. Vuelva con el mismo enlace, desde cualquier dispositivo.
form-saved-mailed = Guardado. Hemos enviado el enlace a { $email }.
form-link = Su enlace personal
form-link-help = Con este enlace vuelve a su candidatura, desde cualquier dispositivo. Quien lo tenga puede leerla: no lo comparta.
form-link-invite = El enlace de su invitación le trae de vuelta, desde cualquier dispositivo. Es solo para usted.
form-decline = No quiero presentarme
form-decline-help = { $organization } verá que ha rechazado la invitación. Lo que ha escrito aquí no se envía.
form-decline-button = Rechazar la invitación

faults-title = { $n ->
    [one] Hay 1 punto que revisar
   *[other] Hay { $n } puntos que revisar
}
faults-kept = Se ha guardado todo lo que ha introducido, también sus archivos.
fault-prefix = Error:
fault-missing = Responda a esta pregunta.
fault-missing-choice = Elija una respuesta.
fault-missing-file = Elija un archivo.
fault-no-consent = Sin este consentimiento no se puede enviar la candidatura.
fault-other-consent = Este texto ha cambiado. Léalo y marque la casilla otra vez.
fault-email = Esto no es una dirección de correo. Una dirección es como nombre@example.org.
fault-phone = Esto no es un número de teléfono.
fault-url = Esto no es una dirección web. Una dirección es como https://example.org.
fault-number = Esto no es un número.
fault-date = Esto no es una fecha. Escriba año, mes y día, por ejemplo 2026-03-14.
fault-choice = Elija una de las respuestas.
fault-long = Escriba como máximo { $most } caracteres.
fault-unfinished = Este archivo no ha llegado entero. Elíjalo otra vez.
fault-empty-file = Este archivo está vacío.
fault-large-file = Este archivo supera los { $most }.
fault-quota = Sus archivos juntos superan los { $most }. Quite alguno.

sent-title = Hemos recibido su candidatura
sent-text = { $organization } ha recibido su candidatura para { $job }. Se pondrán en contacto con usted.
sent-at = Enviado
sent-unverified = Confirme su dirección: hemos enviado un enlace a { $email }. Su candidatura cuenta en todo caso.
sent-what = Lo que ha enviado
sent-nothing = Sin respuesta
sent-download = Descargar todo en JSON
sent-no-details = No se envió desde esta página, así que aquí no hay nada que mostrar.
withdraw = Retirar la candidatura
withdraw-help = { $organization } verá que ya no se presenta. Aquí no se puede deshacer.
withdraw-button = Retirar ahora
withdrawn-title = Ha retirado su candidatura
withdrawn-text = { $organization } ve que ya no se presenta al puesto de { $job }.
ended-text = { $organization } ha cerrado esta candidatura, por eso no se puede retirar aquí.

confirm-title = Confirme su correo electrónico
confirm-text = { $email } figura en una candidatura para { $job } en { $organization }. Si es su dirección, confírmela.
confirm-button = Sí, es mi dirección
confirm-not-you = Si no ha presentado ninguna candidatura, cierre esta página: no ocurrirá nada.

unknown-title = Este enlace no lleva a ninguna parte
unknown-text = No hay nada en esta dirección. Quizá un programa de correo la haya cortado: copie el enlace entero en la barra de direcciones.
unknown-ask = Si eso no ayuda, pida uno nuevo a quien se lo envió.
expired-title = Esta invitación ha caducado
expired-text = Era para { $job } en { $organization } y caducó el { $moment }.
revoked-title = Esta invitación ya no es válida
revoked-text = { $organization } ha retirado esta invitación.
declined-title = Esta invitación fue rechazada
declined-text = La invitación para presentarse a { $job } en { $organization } fue rechazada.
ask-for-new = Si aún quiere presentarse, pida a { $organization } una nueva invitación.
closed-title = Este puesto está cerrado
closed-text = { $organization } ya no acepta candidaturas para { $job }.
no-job-title = No existe este puesto
no-job-text = La dirección puede estar mal escrita o cortada, o el puesto ya no es público.
no-file-title = No existe ese archivo
no-file-text = Lo que envió no tiene ningún archivo con ese número. Todo lo que envió está en la página de su candidatura: abra el enlace otra vez.
refused-title = No ha sido posible
refused-text = Eso no se puede hacer aquí. Lo que había guardado sigue ahí: abra el enlace otra vez.
foreign-title = Este formulario no se envió desde aquí
foreign-text = Procede de otra página o de una que estuvo abierta demasiado tiempo, así que no se ha hecho nada. Abra el enlace otra vez.
busy-title = Demasiados intentos
busy-text = Ha habido demasiados intentos desde su conexión. Espere { $time } y vuelva a intentarlo.
large-title = Ha sido demasiado de una vez
large-text = El formulario era mayor de lo que aceptamos. Cada archivo puede tener { $most } como máximo.
broken-title = Algo no ha llegado
broken-text = El formulario llegó solo en parte, quizá porque se cortó la conexión. Lo que llegó se ha guardado: abra el enlace otra vez.
full-title = Hay demasiadas solicitudes en este momento
full-text = Estamos recibiendo demasiadas solicitudes a la vez. Lo que había guardado sigue ahí: inténtelo de nuevo en unos segundos.
ours-title = Se ha producido un error
ours-text = El error es nuestro y ha quedado registrado. Lo que había guardado sigue ahí. Si lo comunica, indique el número { $ticket }.

# Lo que dice el script del formulario
script-saved = Todo lo que ha escrito está guardado.
script-saving = Guardando…
script-offline = No hay conexión. Lo que escriba queda en este dispositivo y se guardará en cuanto la haya.
script-trouble = No se ha podido guardar en este momento. Queda en este dispositivo y lo seguimos intentando.
script-over = Aquí ya no se puede guardar nada: la candidatura se envió o se cerró en otra ventana.
script-again = Ver cómo está
script-restored = Se ha recuperado lo que había escrito en este dispositivo sin conexión.
script-elsewhere = En este dispositivo había escrito otra cosa: «{ $text }».
script-use = Usar esto
script-sending = Enviando…
script-waiting = Su archivo aún está en camino. La candidatura se enviará en cuanto haya llegado.
script-unsent = No hay conexión, por lo que la candidatura no se ha enviado. No se ha perdido nada: inténtelo de nuevo cuando la haya.
script-back = Vuelve a haber conexión y todo está guardado. Envíe ahora la candidatura.
script-busy = Hay demasiada actividad en este momento, por lo que la candidatura no se ha enviado. No se ha perdido nada: inténtelo de nuevo en unos segundos.
script-part = { $done } de { $whole }
script-cut = { $done } de { $whole }. Se ha cortado la conexión; continuará automáticamente.
script-cancel = Cancelar { $name }
script-arrived = { $name } ha llegado.
script-broken = No se ha podido enviar este archivo. Elíjalo de nuevo.
