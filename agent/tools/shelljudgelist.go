package tools

import (
	"strings"

	"deputy/agent/policy"
)

// quiet are programs that do nothing with their arguments but say them or
// compare them: those may be anything.
var quiet = set("echo printf true false : test [ sleep seq expr basename dirname pwd whoami id uname uptime nproc free cal tput clear jobs wait times dirs popd umask ulimit type which exit return break continue shift disown caller help")

// looking are programs that read the files they are given, and never run or
// write anything, whatever their arguments are.
var looking = set("ls cat head tail wc grep egrep fgrep cut tr nl tac rev stat file du df diff cmp comm paste join column fold fmt pr expand unexpand tsort look jq realpath readlink " +
	"md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum od hexdump hd strings base64 base32 zcat bzcat xzcat zgrep factor numfmt printenv ps pgrep pidof w who last lsof lscpu lsblk locale getconf getent groups logname tty arch")

// A listing is a program that takes the same whatever its arguments are.
type listing struct {
	names   map[string]bool
	level   policy.Level
	why     why
	network bool
}

var listings = []listing{
	{set("fdisk sfdisk cfdisk gdisk sgdisk parted mkfs mke2fs mkswap swapon swapoff mount umount losetup cryptsetup dmsetup lvm lvremove vgremove pvremove mdadm wipefs blkdiscard hdparm debugfs fsck e2fsck resize2fs tune2fs " +
		"iptables ip6tables iptables-restore nft ufw firewall-cmd reboot shutdown halt poweroff init telinit kexec insmod rmmod modprobe mknod setcap hwclock grub-install grub-mkconfig update-grub efibootmgr flashrom " +
		"useradd userdel usermod groupadd groupdel groupmod adduser deluser chsh chfn newusers"), policy.Seal, whySystem, false},
	{set("passwd chpasswd gpasswd visudo vipw vigr gpg gpg2 gpgv gpgconf gpg-agent gpg-connect-agent ssh-keygen ssh-add ssh-agent ssh-copy-id ssh-keyscan secret-tool pass keyctl keepassxc-cli security vault kinit op bw gopass age age-keygen sops"), policy.Seal, whySecret, false},
	{set("systemctl service crontab kill pkill killall killall5 xkill skill chown chgrp setfacl chattr sysctl ip ifconfig route tc brctl timedatectl hostnamectl localectl loginctl update-rc.d chkconfig rc-service supervisorctl " +
		"virsh lxc machinectl systemd-run systemd-nspawn dbus-send gdbus busctl qdbus xdg-open xdotool ydotool wmctrl gsettings dconf gio defaults osascript launchctl renice prlimit ipcrm update-alternatives ldconfig depmod hostname domainname logger wall write mesg"), policy.Commit, whySystem, false},
	{set("apt apt-get aptitude apt-key add-apt-repository dpkg rpm yum dnf zypper pacman yay apk snap flatpak brew port nix nix-env guix emerge docker docker-compose podman buildah nerdctl ctr crictl"), policy.Commit, whySystem, true},
	{set("curl wget wget2 aria2c axel http https xh httpie nc ncat netcat nc.openbsd nc.traditional socat telnet ftp lftp tftp ncftp sftp scp mosh rsh rlogin rexec slogin dig host nslookup drill ping ping6 traceroute tracepath mtr whois nmap arp-scan tcpdump " +
		"lynx links elinks w3m yt-dlp youtube-dl aws gcloud gsutil az kubectl helm terraform tofu pulumi ansible ansible-playbook doctl linode-cli fly flyctl railway rclone restic borg s3cmd mc psql mysql mariadb mongo mongosh redis-cli sqlcmd cqlsh " +
		"svn hg bzr cvs p4 npx bunx uvx pipx deno nix-shell ngrok cloudflared localtunnel tailscale wg wg-quick openvpn autossh sshfs sshpass irssi weechat"), policy.Commit, whyNetwork, true},
	{set("mail mailx mutt neomutt sendmail msmtp swaks ssmtp exim postfix twine gh glab hub netlify vercel surge heroku firebase wrangler toot tweet"), policy.Commit, whyPublish, true},
	{set("vi vim nvim view vimdiff rvim gvim ex ed red emacs emacsclient nano pico joe micro ne mcedit most info pinfo rlwrap dialog whiptail openssl ld gcore dlv rr stap bpftrace perf valgrind proot dc tclsh expect m4 gnuplot sqlite3 R octave guile ghci"), policy.Commit, whyUnclear, false},
}

// listingOf finds a program in the lists.
func listingOf(name string) (listing, bool) {
	for _, l := range listings {
		if l.names[name] {
			return l, true
		}
	}
	if strings.HasPrefix(name, "mkfs.") || strings.HasPrefix(name, "fsck.") {
		return listings[0], true
	}
	return listing{}, false
}

func (b *bench) listed(l listing, c command) {
	if l.network {
		b.network(l.why, c.sub())
	}
	b.raise(l.level, l.why, c.sub())
	b.beyond(c)
}

// A manager is a program whose first argument says what it does.
type manager struct {
	here      map[string]bool // needs nothing from outside
	publishes map[string]bool
}

var managers = map[string]manager{
	"npm":      {set("run run-script test t start ls list ll build pack help root prefix bin explain why"), set("publish unpublish deprecate dist-tag owner access token login adduser logout profile team")},
	"pnpm":     {set("run test start ls list why root bin"), set("publish")},
	"yarn":     {set("run test start list why info bin"), set("publish npm")},
	"bun":      {set("run test build pm"), set("publish")},
	"pip":      {set("list show freeze check help"), nil},
	"pip3":     {set("list show freeze check help"), nil},
	"uv":       {set("tree version help"), set("publish")},
	"poetry":   {set("show run check version env build"), set("publish")},
	"pipenv":   {set("run graph check"), nil},
	"conda":    {set("list info"), nil},
	"cargo":    {set("build b test t run r check c fmt clippy doc clean tree bench metadata version help"), set("publish yank owner login logout")},
	"go":       {set("build test vet run fmt list version doc env tool clean generate help fix"), nil},
	"gem":      {set("list contents environment help build"), set("push yank owner signin")},
	"bundle":   {set("exec list show check info"), nil},
	"composer": {set("show validate run run-script dump-autoload licenses"), nil},
	"mvn":      {set("compile test package verify clean validate"), set("deploy")},
	"gradle":   {set("build test assemble check clean tasks"), set("publish")},
}

// manage judges a package manager: what it fetches runs here, and what it sends
// can't be taken back.
func (b *bench) manage(c command) {
	m := managers[c.name]
	if len(c.args) == 0 {
		b.network(whyNetwork, c.name)
		return
	}
	first := c.args[0]
	switch {
	case len(c.args) == 1 && (first.text == "--version" || first.text == "--help" || first.text == "-v" && c.name != "yarn"):
		return
	case m.publishes[first.text]:
		b.network(whyPublish, c.sub())
	case !m.here[first.text] || !first.exact():
		b.network(whyNetwork, c.sub())
	}
	if c.open() || c.shifting() {
		b.unclear(c.sub())
	}
	for _, a := range c.args[1:] {
		option, _, _ := strings.Cut(a.text, "=")
		switch {
		case c.name == "go" && strings.Contains(a.text, "@"):
			b.network(whyNetwork, c.sub())
		case c.name == "go" && (option == "-w" || option == "-u" || option == "-toolexec" || option == "-vettool" || option == "-exec" || option == "-overlay" || option == "--exec"):
			b.unclear(c.sub() + " " + option)
		case strings.HasPrefix(a.text, "--") && runsSomething(option, nil), c.name == "cargo" && option == "--config":
			b.unclear(c.sub() + " " + option)
		}
	}
	if (c.name == "bundle" && first.text == "exec" || c.name == "poetry" && first.text == "run" || c.name == "pipenv" && first.text == "run") && len(c.args) > 1 {
		b.run(c.args[1:], nil)
	}
	if first.text == "clean" {
		b.deletes(c.sub())
	}
}

// make judges make: its rules are a program of the workspace, unless its
// arguments bring others.
func (b *bench) make(c command) {
	if c.open() || c.shifting() {
		b.unclear(c.name)
	}
	for _, a := range c.args {
		name, _, assigns := strings.Cut(a.text, "=")
		switch {
		case assigns && !strings.HasPrefix(name, "-") && decides(strings.TrimRight(name, ":+?!")):
			b.raise(policy.Commit, whyEnvironment, c.name+" "+name)
		case (a.text == "-f" || a.text == "-f-") && (c.in != nil || has(c.args, "-", "/dev/stdin", "-f-")):
			b.unclear(c.name + " -f")
		case strings.HasPrefix(a.text, "--eval"), strings.HasPrefix(a.text, "-E"), strings.HasPrefix(a.text, "--e"), assigns && strings.ContainsAny(a.text, "$`"):
			b.unclear(c.name + " " + name)
		}
	}
	for _, a := range c.args {
		if _, text, ok := strings.Cut(a.text, "="); ok {
			b.perhaps(text, c.name)
		}
	}
}
