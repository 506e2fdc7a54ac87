// Package mail is the tool that sends mail by SMTP. It knows addresses, contacts
// and one server; it must not know who decides, how anyone is asked, any model,
// any sound, any wording.
//
//	tool       phrase  values                                                      level
//	send_mail  mail    to, name*, subject, size, begins, count, new*, warning*     Commit
//
// Values marked * are there only when they have something to say: new is "yes" for
// a recipient that is no contact, a warning "lookalike" for one that looks like
// another. Facts for policy: recipient known|new|lookalike, contacts; it leaves the machine.
package mail
