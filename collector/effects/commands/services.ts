// Databases, containers, services, the network and processes.

import type { CommandRule, RuleTable } from './rule.ts'

const TELLS: CommandRule = { effect: 'explore', stage: 'inspection' }
const SETS: CommandRule = { effect: 'change', stage: 'environment' }
const SERVES: CommandRule = { effect: 'change', stage: 'environment' }
const STOPS: CommandRule = { effect: 'change', stage: 'environment' }

function all(names: string, rule: CommandRule): Record<string, CommandRule> {
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]))
}

const CONTAINER: CommandRule = {
  ...SETS,
  valued: '-H --host -c --context -f --file -p --project-name',
  subcommands: {
    ...all(
      'ps images image logs inspect info version stats top diff port history search events network volume system context',
      TELLS
    ),
    compose: {
      ...SETS,
      valued: '-f -p --file',
      subcommands: all('ps logs config images top port ls', TELLS)
    },
    build: { effect: 'change', stage: 'implementation', verifies: true },
    push: { effect: 'change', stage: 'delivery' },
    pull: { effect: 'change', stage: 'dependencies' }
  }
}

export const SERVICE_COMMANDS: RuleTable = [
  // A machine booted to see whether it boots; what it changes is inside it.
  ['qemu-system', { effect: 'explore', stage: 'verification', verifies: true, wordOptions: true }],
  [
    'sqlite3 sqlite psql mysql mariadb duckdb clickhouse-client clickhouse cqlsh sqlplus mssql-cli usql',
    {
      ...TELLS,
      valued:
        '-c -e -h -p -P -u -U -d -f -q -o -D --command --execute --query --host --port --user --file --init -cmd',
      reads: '-f --file --init',
      wordOptions: true,
      reader: 'query'
    }
  ],
  [
    'redis-cli mongosh mongo influx etcdctl memcached-tool',
    {
      ...TELLS,
      valued: '-h -p -n -a --eval',
      subcommands: all(
        'set SET del DEL flushall FLUSHALL flushdb hset HSET lpush rpush LPUSH sadd incr expire put',
        SETS
      )
    }
  ],
  [
    'createdb dropdb createuser dropuser initdb pg_ctl pg_restore mysqladmin mysql_install_db',
    SETS
  ],
  ['pg_dump mysqldump', { ...TELLS, writes: '-f --file --result-file -r' }],
  ['docker podman nerdctl', CONTAINER],
  [
    'docker-compose podman-compose',
    { ...SETS, valued: '-f -p', subcommands: all('ps logs config images top port', TELLS) }
  ],
  ['kubectl oc', { ...TELLS, valued: '-n --namespace --context', reader: 'verbs' }],
  [
    'helm terraform tofu pulumi ansible ansible-playbook vagrant packer',
    {
      ...SETS,
      subcommands: all(
        'list ls status plan show get output validate state template version history lint fmt preview',
        TELLS
      )
    }
  ],
  [
    'aws gcloud az doctl heroku flyctl vercel netlify wrangler gsutil s3cmd mc hdfs hadoop mlflow dvc wandb',
    { ...TELLS, wordOptions: true, reader: 'verbs' }
  ],
  [
    'systemctl service rc-service initctl launchctl supervisorctl pm2',
    { ...SETS, reader: 'verbs' }
  ],
  [
    'nginx apachectl apache2ctl httpd apache2 lighttpd haproxy caddy',
    { ...SERVES, explores: '-t -T -v -V -c configtest validate' }
  ],
  [
    'sshd mysqld mariadbd postgres redis-server mongod memcached uvicorn gunicorn hypercorn daphne celery rq http-server live-server json-server serve flask streamlit gradio jupyter tensorboard dockerd containerd named dnsmasq crond cron rsyslogd supervisord vsftpd smbd gitea verdaccio pypi-server devpi-server fcgiwrap spawn-fcgi php-fpm mailman postfix',
    SERVES
  ],
  ['crontab at batch', { ...SETS, explores: '-l' }],
  [
    'useradd adduser usermod userdel groupadd groupdel groupmod passwd chpasswd chsh gpasswd visudo',
    SETS
  ],
  [
    'kill pkill killall killall5 skill reboot shutdown halt poweroff renice',
    { ...STOPS, explores: '-l -0' }
  ],
  [
    'tmux screen zellij',
    {
      ...SETS,
      subcommands: all(
        'ls list-sessions list-windows capture-pane has-session display-message show-options',
        TELLS
      )
    }
  ],
  [
    'iptables ip6tables nft ufw firewall-cmd',
    { ...SETS, explores: '-L -S --list --list-all', subcommands: all('status list', TELLS) }
  ],
  ['virsh VBoxManage vboxmanage lxc lxd firecracker', { ...SERVES }],
  [
    'curl',
    {
      effect: 'explore',
      stage: 'inspection',
      valued:
        '-H -d -F -X -u -A -b -e -m -x -w -r -E -T -K --header --data --data-raw --data-binary --data-urlencode --json --form --request --user --user-agent --cookie --max-time --connect-timeout --retry --retry-delay --proxy --write-out --cacert --cert --key --resolve --range --interface --unix-socket --url',
      writes: '-o --output -c --cookie-jar -D --dump-header --output-dir',
      changes: '-O --remote-name -T --upload-file --remote-name-all',
      reader: 'request'
    }
  ],
  [
    'wget',
    {
      effect: 'change',
      stage: 'dependencies',
      valued:
        '-P -U -t -T -e -i -w -l -R -A --header --user-agent --tries --timeout --post-data --post-file --method --body-data --directory-prefix',
      writes: '-O --output-document -o --output-file',
      explores: '--spider',
      reader: 'request'
    }
  ],
  [
    'aria2c yt-dlp youtube-dl gdown axel lftp ftp huggingface-cli hf kaggle',
    {
      effect: 'change',
      stage: 'dependencies',
      valued: '-o -O -d -f -x',
      writes: '-o -O',
      explores:
        '-F --list-formats -j --dump-json -g --get-url --simulate -s -J --print --skip-download',
      subcommands: all('whoami scan-cache env', TELLS)
    }
  ],
  ['http https httpie xh', { effect: 'explore', stage: 'inspection', reader: 'request' }],
  [
    'ping ping6 traceroute tracepath mtr nslookup dig host whois nc ncat netcat telnet nmap socat openssl-s_client grpcurl websocat wscat arping',
    TELLS
  ]
]
