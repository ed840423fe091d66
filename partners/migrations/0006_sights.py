import django.contrib.postgres.fields
from django.db import migrations, models

from partners.migrations._sights import OPERATIONS


def _rank(named):
    return models.SmallIntegerField(null=True, verbose_name=f'{named}: rank')


def _ids(named, column):
    return django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None, verbose_name=f'{named}: {column}')


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0005_exports_counted'),
    ]

    operations = [
        migrations.CreateModel(
            name='Sight',
            fields=[
                ('said', models.BooleanField(help_text='And not only who may read it.', verbose_name='what it says moved')),
                ('before_rank', _rank('audience before')),
                ('before_organisations', _ids('audience before', 'organisations')),
                ('before_readers', _ids('audience before', 'readers')),
                ('after_rank', _rank('audience after')),
                ('after_organisations', _ids('audience after', 'organisations')),
                ('after_readers', _ids('audience after', 'readers')),
                ('key', models.UUIDField(primary_key=True, serialize=False, verbose_name='digest of the audiences')),
            ],
            options={
                'verbose_name': 'sight',
                'verbose_name_plural': 'sights',
                'default_permissions': (),
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='change',
            name='sight',
            field=models.UUIDField(null=True, verbose_name='sight'),
        ),
        *OPERATIONS,
        migrations.AlterField(
            model_name='change',
            name='sight',
            field=models.UUIDField(verbose_name='sight'),
        ),
        migrations.AddIndex(
            model_name='change',
            index=models.Index(fields=['sight', 'number'], name='change_by_sight'),
        ),
    ]
